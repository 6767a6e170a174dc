//! Card passes: the registrar blinds and certifies them itself, one for each printed card. What links
//! a card to its sheet is not kept.

use bystand_crypto::passes::PassRequest;
use bystand_wire::{PassPurpose, Period, Quarter, Role};

use super::super::{CommandError, Cx, Event, Shared};
use super::{CARDS, Registrar, RegistrarEvent, SecretText};
use crate::network::invite::CardLink;
use crate::network::names::RelayUrl;

impl Registrar {
    pub(super) fn cards(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        count: u32,
        quarter: Quarter,
    ) -> Result<(), CommandError> {
        if !self.is_on_duty(shared, ctx.now) {
            return Err(CommandError::NotCertified(Role::Registrar));
        }
        if !(1..=CARDS).contains(&count) {
            return Err(CommandError::Invalid(format!("between 1 and {CARDS} cards at a time")));
        }
        let (purpose, period) = (PassPurpose::Card, Period::Quarter(quarter));
        if ctx.now >= period.end() {
            return Err(CommandError::Invalid(format!("{period} is over")));
        }
        let Some((_, own)) = self.secret_for(shared, purpose, period) else {
            let text = format!("this device does not certify card passes for {period}");
            return Err(CommandError::NotNow(text));
        };
        let own = own.clone();
        let relay =
            RelayUrl::new(&shared.identity.relay).map_err(|e| CommandError::Invalid(e.to_string()))?;
        let refused = |e: bystand_crypto::passes::PassError| CommandError::NotNow(e.to_string());
        let mut links = Vec::new();
        for _ in 0..count {
            let (request, blinded) =
                PassRequest::new(&ctx.network, purpose, period, None, own.key.public(), ctx.rng)
                    .map_err(refused)?;
            let answer = own.key.sign_blinded(&blinded, ctx.rng).map_err(refused)?;
            let pass = request.finish(own.key.public(), &answer).map_err(refused)?;
            let link = CardLink { relay: relay.clone(), network: ctx.network, pass };
            links.push(SecretText::from(link.to_text()));
        }
        self.kept.add_total(ctx, (purpose, period), count);
        ctx.tell(Event::Registrar(RegistrarEvent::Cards { quarter, links }));
        Ok(())
    }
}
