//! A plain HTTP client and the requests of the relay's interface.

use std::net::SocketAddr;

use bystand_crypto::hash;
use bystand_crypto::passes::OwnedPass;
use bystand_crypto::sign::{Signed, SigningKey, sign};
use bystand_crypto::work;
use bystand_wire::problem::Code;
use bystand_wire::relay_api::*;
use bystand_wire::{
    BlobId, Frame, FrameKind, Hash32, NetworkId, PublicKey, Seq, StreamId, Timestamp, decode, encode, to_hex,
};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use minicbor::{Decode, Encode};
use serde_json::Value;

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: hyper::HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn problem(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a problem document")
    }

    pub fn code(&self) -> Code {
        let problem = self.problem();
        let code = Code::from_text(problem["code"].as_str().expect("a code")).expect("a known code");
        assert_eq!((self.status, problem["status"].as_u64()), (code.status(), Some(code.status().into())));
        assert_eq!(self.header("content-type"), "application/problem+json");
        code
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().expect("text"))
    }

    pub fn read<T>(&self) -> T
    where
        T: for<'b> Decode<'b, ()> + Encode<()>,
    {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        decode(&self.body).expect("canonical")
    }

    /// The value, or the code of the refusal.
    pub fn outcome<T>(&self) -> Result<T, Code>
    where
        T: for<'b> Decode<'b, ()> + Encode<()>,
    {
        if self.status == 200 { Ok(self.read()) } else { Err(self.code()) }
    }
}

/// Sends one request on a connection of its own.
pub async fn send(
    addr: SocketAddr,
    method: &str,
    path: &str,
    body: Vec<u8>,
    headers: &[(&str, &str)],
) -> Reply {
    let stream = tokio::net::TcpStream::connect(addr).await.expect("the relay listens");
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("HTTP");
    let driver = tokio::spawn(connection);
    let mut request = hyper::Request::builder().method(method).uri(path).header("host", "relay.test");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(Bytes::from(body))).expect("a request");
    let response = sender.send_request(request).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a body").to_bytes().to_vec();
    driver.abort();
    Reply { status: parts.status.as_u16(), headers: parts.headers, body }
}

pub async fn get(addr: SocketAddr, path: &str) -> Reply {
    send(addr, "GET", path, Vec::new(), &[]).await
}

/// The rights and rules of a test stream.
pub fn policy(creator: &SigningKey, append: Vec<AppendRule>, now: Timestamp) -> Policy {
    Policy {
        creator: creator.public(),
        version: 1,
        successors: vec![],
        append,
        read: ReadRule::Id,
        erasers: vec![],
        room_key: None,
        expires_at: now.plus_ms(7 * 24 * 3_600_000),
        frame_life_ms: 24 * 3_600_000,
        max_frame_len: 64 * 1024,
        max_frames: 1_000,
        committer: None,
        starts_after: None,
    }
}

pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

pub fn frame(text: &str) -> Vec<u8> {
    Frame::build(FrameKind::Reply, text.as_bytes())
}

/// Speaks the relay's interface for one network.
#[derive(Debug, Clone, Copy)]
pub struct Client {
    pub addr: SocketAddr,
    pub network: NetworkId,
}

impl Client {
    pub async fn put(&self, policy: &Policy, by: &SigningKey, admission: Option<Admission>) -> Reply {
        let id = hash::stream_id(&policy.creator);
        let policy = Signed::sign(&self.network, by, policy).into();
        let body = encode(&CreateStream { policy, admission });
        send(self.addr, "PUT", &format!("/v1/streams/{id}"), body, &[]).await
    }

    /// Makes a stream with a certificate-free admission: proof of work.
    pub async fn create(&self, policy: &Policy, by: &SigningKey) -> StreamId {
        let id = hash::stream_id(&policy.creator);
        let tag = hash::plain_sha256(&encode(policy));
        let work = self.work(UseContext { stream: id, tag }).await;
        let reply = self.put(policy, by, Some(Admission::Work(work))).await;
        assert_eq!(reply.read::<Created>().expires_at, policy.expires_at);
        id
    }

    pub async fn offer(&self) -> WorkOffer {
        get(self.addr, "/v1/work").await.read()
    }

    pub async fn work(&self, context: UseContext) -> WorkProof {
        let offer = self.offer().await;
        self.solve(&offer, &context)
    }

    pub fn solve(&self, offer: &WorkOffer, context: &UseContext) -> WorkProof {
        work::solve(&self.network, &offer.nonce, context, offer.effort, 0, &mut || false).expect("solved")
    }

    pub async fn append(&self, id: StreamId, append: &Append) -> Reply {
        send(self.addr, "POST", &format!("/v1/streams/{id}"), encode(append), &[]).await
    }

    /// Appends with a key of the policy.
    pub async fn append_by_key(&self, id: StreamId, by: &SigningKey, frame: Vec<u8>) -> Reply {
        let append = self.by_key(id, by, frame);
        self.append(id, &append).await
    }

    pub fn by_key(&self, id: StreamId, by: &SigningKey, frame: Vec<u8>) -> Append {
        let context =
            AppendContext { stream: id, frame: hash::frame_hash(&frame), commit: None, epoch: None };
        let admission = Admission::Key(by.public(), sign(&self.network, by, &context));
        Append { frame, admission, commit: None, tag: None }
    }

    /// As a member of a room: signs with its append key.
    pub fn by_room(
        &self,
        id: StreamId,
        room: (StreamId, u64, &SigningKey),
        frame: Vec<u8>,
        commit: Option<Commit>,
    ) -> Append {
        let (room, epoch, key) = room;
        let frame_hash = hash::frame_hash(&frame);
        let context = AppendContext { stream: id, frame: frame_hash, commit, epoch: Some(epoch) };
        let admission = Admission::Room(room, epoch, sign(&self.network, key, &context));
        Append { frame, admission, commit, tag: None }
    }

    pub fn by_pass(&self, id: StreamId, pass: &OwnedPass, frame: Vec<u8>, tag: Option<Hash32>) -> Append {
        let context = UseContext { stream: id, tag: tag.unwrap_or(Hash32(hash::frame_hash(&frame).0)) };
        let admission = Admission::Pass(pass.redeem(&self.network, &context));
        Append { frame, admission, commit: None, tag }
    }

    pub async fn by_work(&self, id: StreamId, frame: Vec<u8>, tag: Option<Hash32>) -> Append {
        let context = UseContext { stream: id, tag: tag.unwrap_or(Hash32(hash::frame_hash(&frame).0)) };
        let work = self.work(context).await;
        Append { frame, admission: Admission::Work(work), commit: None, tag }
    }

    pub async fn read(&self, id: StreamId, after: u64, auth: Option<&ReadAuth>) -> Reply {
        let hex = auth.map(|a| to_hex(&encode(a)));
        let headers: Vec<(&str, &str)> = hex.iter().map(|h| (READ_HEADER, h.as_str())).collect();
        send(self.addr, "GET", &format!("/v1/streams/{id}?after={after}"), Vec::new(), &headers).await
    }

    /// Texts of all frames of a stream.
    pub async fn texts(&self, id: StreamId) -> Vec<(u64, String)> {
        let frames: Frames = self.read(id, 0, None).await.read();
        let text =
            |f: StoredFrame| (f.seq.0, String::from_utf8_lossy(f.frame.get(2..).unwrap_or_default()).into());
        frames.frames.into_iter().map(text).collect()
    }

    pub fn read_auth(&self, stream: StreamId, key: &SigningKey, at: Timestamp) -> ReadAuth {
        ReadAuth { at, signature: sign(&self.network, key, &ReadContext { stream, at }) }
    }

    pub async fn erase(&self, id: StreamId, by: &SigningKey, seqs: &[u64]) -> Reply {
        let context = EraseContext { stream: id, seqs: seqs.iter().map(|s| Seq(*s)).collect() };
        let body = encode(&Erase { request: Signed::sign(&self.network, by, &context).into() });
        send(self.addr, "POST", &format!("/v1/streams/{id}/erase"), body, &[]).await
    }

    pub async fn put_blob(
        &self,
        id: BlobId,
        chunk: Vec<u8>,
        expires_at: Timestamp,
        granter: Option<PublicKey>,
    ) -> Reply {
        let context = UseContext { stream: StreamId(id.0), tag: hash::plain_sha256(&chunk) };
        let admission = Admission::Work(self.work(context).await);
        let body = encode(&PutBlob { chunk, expires_at, granter, admission });
        send(self.addr, "PUT", &format!("/v1/blobs/{id}"), body, &[]).await
    }

    pub async fn with_grant(
        &self,
        what: &str,
        grant: &Grant,
        granter: &SigningKey,
        reader: &SigningKey,
        at: Timestamp,
    ) -> Reply {
        let id = grant.blob;
        let signature = sign(&self.network, reader, &LeaseContext { blob: id, at });
        let body =
            encode(&LeaseBlob { grant: Signed::sign(&self.network, granter, grant).into(), at, signature });
        send(self.addr, "POST", &format!("/v1/blobs/{id}/{what}"), body, &[]).await
    }

    pub async fn log(&self, kind: LogKind, body: Vec<u8>) -> Reply {
        send(self.addr, "POST", "/v1/log", encode(&LogEntry { kind, body }), &[]).await
    }
}
