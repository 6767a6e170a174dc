//! IndexedDB as a dumb shelf: keys with bytes, changed together or not at all.
//!
//! Each change asks for strict durability: a browser may otherwise say *done* before anything is on the disk.

use std::collections::BTreeMap;

use bystand_wire::to_hex;
use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, IdbDatabase, IdbFactory, IdbObjectStore, IdbRequest, IdbTransaction};

use super::in_words;

/// The one object store.
const STORE: &str = "records";
/// The form of the database: raised when a version of this program needs another one.
const FORM: u32 = 1;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = IdbDatabase)]
    type Durable;
    #[wasm_bindgen(method, catch, js_name = transaction)]
    fn strict(this: &Durable, store: &str, mode: &str, options: &JsValue) -> Result<IdbTransaction, JsValue>;
}

/// Why the shelf did not do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShelfError {
    /// The browser has no room, or gives none.
    Full,
    /// The browser offers no storage here: a private window of some browsers.
    Unavailable,
    /// Something else, as the browser says it.
    Storage(String),
}

/// An open database.
#[derive(Debug)]
pub struct Shelf(IdbDatabase);

impl Drop for Shelf {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Shelf {
    /// Opens the database of this name, and makes it if there is none.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub async fn open(name: &str) -> Result<Self, ShelfError> {
        let request = factory()?.open_with_u32(name, FORM).map_err(told)?;
        let upgrading = request.clone();
        let upgrade = Closure::once(move || {
            let database = upgrading.result().ok().and_then(|result| result.dyn_into::<IdbDatabase>().ok());
            // When it fails there is no store, and the first transaction says so.
            drop(database.map(|database| database.create_object_store(STORE)));
        });
        request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
        let database = settled(&request).await?.dyn_into::<IdbDatabase>().map_err(told)?;
        Ok(Self(database))
    }

    /// Deletes the database of this name with all that is in it.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub async fn delete(name: &str) -> Result<(), ShelfError> {
        let request = factory()?.delete_database(name).map_err(told)?;
        settled(&request).await.map(drop)
    }

    /// What lies there under a key.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub async fn one(&self, key: &str) -> Result<Option<Vec<u8>>, ShelfError> {
        let value = settled(&self.reading()?.get(&key.into()).map_err(told)?).await?;
        Ok((!value.is_undefined()).then(|| Uint8Array::new(&value).to_vec()))
    }

    /// Everything that lies there.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub async fn all(&self) -> Result<Vec<(String, Vec<u8>)>, ShelfError> {
        let store = self.reading()?;
        let (keys, values) = (store.get_all_keys().map_err(told)?, store.get_all().map_err(told)?);
        let (keys, values) = (Array::from(&settled(&keys).await?), Array::from(&settled(&values).await?));
        let pairs = keys.iter().zip(values.iter());
        Ok(pairs
            .filter_map(|(key, value)| Some((key.as_string()?, Uint8Array::new(&value).to_vec())))
            .collect())
    }

    /// Makes changes; `None` deletes. When this returns they are on the disk.
    ///
    /// # Errors
    /// [`ShelfError`]; then nothing has changed.
    pub async fn apply(&self, changes: &BTreeMap<String, Option<Vec<u8>>>) -> Result<(), ShelfError> {
        let options = Object::new();
        Reflect::set(&options, &"durability".into(), &"strict".into()).map_err(told)?;
        let database: &Durable = self.0.unchecked_ref();
        let transaction = database.strict(STORE, "readwrite", &options).map_err(told)?;
        let store = transaction.object_store(STORE).map_err(told)?;
        for (key, value) in changes {
            let asked = match value {
                Some(bytes) => store.put_with_key(&Uint8Array::from(bytes.as_slice()), &key.into()),
                None => store.delete(&key.into()),
            };
            if let Err(error) = asked {
                // It has ended already when this fails.
                let _ = transaction.abort();
                return Err(told(error));
            }
        }
        completed(&transaction).await
    }

    fn reading(&self) -> Result<IdbObjectStore, ShelfError> {
        let transaction = self.0.transaction_with_str(STORE).map_err(told)?;
        transaction.object_store(STORE).map_err(told)
    }
}

/// The key on the shelf of a record's key.
pub fn key_of(record: &[u8; 32]) -> String {
    to_hex(record)
}

fn factory() -> Result<IdbFactory, ShelfError> {
    let window = web_sys::window().ok_or(ShelfError::Unavailable)?;
    window.indexed_db().ok().flatten().ok_or(ShelfError::Unavailable)
}

/// The result of a request.
async fn settled(request: &IdbRequest) -> Result<JsValue, ShelfError> {
    let (succeeding, failing) = (request.clone(), request.clone());
    let promise = Promise::new(&mut |resolve, reject| {
        let (succeeding, failing) = (succeeding.clone(), failing.clone());
        let success = Closure::once_into_js(move || {
            // Settling a promise does not fail.
            let _ = resolve.call1(&JsValue::UNDEFINED, &succeeding.result().unwrap_or(JsValue::UNDEFINED));
        });
        let failure = Closure::once_into_js(move || {
            let error = failing.error().ok().flatten().map_or(JsValue::UNDEFINED, JsValue::from);
            let _ = reject.call1(&JsValue::UNDEFINED, &error);
        });
        request.set_onsuccess(Some(success.unchecked_ref()));
        request.set_onerror(Some(failure.unchecked_ref()));
    });
    JsFuture::from(promise).await.map_err(told)
}

/// The end of a transaction.
async fn completed(transaction: &IdbTransaction) -> Result<(), ShelfError> {
    let promise = Promise::new(&mut |resolve, reject| {
        let ended = transaction.clone();
        let failure = Closure::once_into_js(move || {
            let error = ended.error().map_or(JsValue::UNDEFINED, JsValue::from);
            let _ = reject.call1(&JsValue::UNDEFINED, &error);
        });
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(failure.unchecked_ref()));
    });
    JsFuture::from(promise).await.map(drop).map_err(told)
}

fn told(error: JsValue) -> ShelfError {
    let name = error.dyn_ref::<DomException>().map(DomException::name);
    match name.as_deref() {
        Some("QuotaExceededError") => ShelfError::Full,
        Some("SecurityError" | "InvalidStateError") => ShelfError::Unavailable,
        _ => ShelfError::Storage(in_words(&error)),
    }
}
