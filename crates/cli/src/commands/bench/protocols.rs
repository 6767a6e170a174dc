//! How one subscribes: to alerts by server-sent events, to a stream by WebSocket, and with the two
//! servers that the relay is compared with.

use bystand_wire::relay_api::LiveIn;
use bystand_wire::{Seq, StreamId, encode};

use super::http::find;
use super::swarm::{Recipe, Step};

/// The topic or subject of the others.
const TOPIC: &str = "x";

/// Asks for alerts.
pub const EVENTS: &[u8] =
    b"GET /v1/alerts/stream HTTP/1.1\r\nhost: relay\r\naccept: text/event-stream\r\n\r\n";
/// Asks for a live connection.
pub const UPGRADE: &[u8] =
    b"GET /v1/live HTTP/1.1\r\nhost: relay\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
    sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

/// `GET /v1/alerts/stream`.
pub fn alerts() -> Recipe {
    let send = EVENTS.to_vec();
    // The backlog of a new network is empty, but for how soon to come back.
    let answer = |bytes: &[u8]| find(bytes, b"retry: 3000\n\n\r\n").map(|at| at + 15);
    let take = |received: &mut Vec<u8>| {
        let mut taken = 0;
        // The event, the line that ends it, and the end of its chunk.
        while let Some(end) = find(received, b"\n\n\r\n") {
            let event: Vec<u8> = received.drain(..end + 4).collect();
            taken += usize::from(find(&event, b"event: alert\n").is_some());
        }
        taken
    };
    Recipe { hello: vec![Step { send, answer }], take }
}

/// `GET /v1/live`, following a stream that holds one frame: its coming says that the rest will.
pub fn live(stream: StreamId) -> Recipe {
    let switched = |bytes: &[u8]| find(bytes, b"\r\n\r\n").map(|at| at + 4);
    let follow = live_message(&LiveIn::Follow(stream, Seq::START, None));
    let take = |received: &mut Vec<u8>| {
        let mut taken = 0;
        while let Some(len) = server_frame(received) {
            received.drain(..len);
            taken += 1;
        }
        taken
    };
    Recipe {
        hello: vec![
            Step { send: UPGRADE.to_vec(), answer: switched },
            Step { send: follow, answer: server_frame },
        ],
        take,
    }
}

/// nats-server: subscribed when it answers the ping after the subscription.
pub fn nats() -> Recipe {
    let greeting = |bytes: &[u8]| find(bytes, b"\r\n").map(|at| at + 2);
    let pong = |bytes: &[u8]| find(bytes, b"PONG\r\n").map(|at| at + 6);
    let hello = format!("CONNECT {{\"verbose\":false}}\r\nSUB {TOPIC} 1\r\nPING\r\n").into_bytes();
    let take = |received: &mut Vec<u8>| {
        take_after(received, |head| {
            // "MSG x 1 500", the payload, a line end.
            let len: usize = head.rsplit(' ').next()?.trim_end().parse().ok()?;
            head.starts_with("MSG").then_some(head.len() + len + 2)
        })
    };
    Recipe {
        hello: vec![Step { send: Vec::new(), answer: greeting }, Step { send: hello, answer: pong }],
        take,
    }
}

/// A message to all of nats-server's subscribers.
pub fn nats_message(payload: &[u8]) -> Vec<u8> {
    let head = format!("CONNECT {{\"verbose\":false}}\r\nPUB {TOPIC} {}\r\n", payload.len());
    [head.as_bytes(), payload, b"\r\n"].concat()
}

/// mosquitto, MQTT 3.1.1, at most once.
pub fn mqtt() -> Recipe {
    let subscribe = vec![0x82, 6, 0, 1, 0, 1, b'x', 0];
    let take = |received: &mut Vec<u8>| {
        let mut taken = 0;
        while let Some(len) = mqtt_packet(received) {
            received.drain(..len);
            taken += 1;
        }
        taken
    };
    Recipe {
        hello: vec![
            Step { send: mqtt_connect(), answer: mqtt_packet },
            Step { send: subscribe, answer: mqtt_packet },
        ],
        take,
    }
}

/// A message to all of mosquitto's subscribers, with the packet that introduces its sender.
pub fn mqtt_message(payload: &[u8]) -> Vec<u8> {
    let len = payload.len() + 3;
    let len = [u8::try_from(len % 128 + 128).unwrap_or(0), u8::try_from(len / 128).unwrap_or(0)];
    [&mqtt_connect(), &[0x30][..], &len, &[0, 1, b'x'], payload].concat()
}

/// A clean session without a name and without keep-alive.
fn mqtt_connect() -> Vec<u8> {
    vec![0x10, 12, 0, 4, b'M', b'Q', b'T', b'T', 4, 2, 0, 0, 0, 0]
}

/// The length of the packet at the front, once it is whole.
fn mqtt_packet(bytes: &[u8]) -> Option<usize> {
    let (mut len, mut at, mut shift) = (0_usize, 1, 0);
    loop {
        let byte = *bytes.get(at)?;
        len |= usize::from(byte & 0x7f) << shift;
        (at, shift) = (at + 1, shift + 7);
        if byte & 0x80 == 0 || shift > 21 {
            break;
        }
    }
    bytes.get(..at + len).map(<[u8]>::len)
}

/// Something said on a live connection.
pub fn live_message(message: &LiveIn) -> Vec<u8> {
    client_frame(&encode(message))
}

/// A masked binary WebSocket frame of less than 126 bytes. The mask is zero: there is no proxy here
/// that it could protect.
fn client_frame(payload: &[u8]) -> Vec<u8> {
    let len = u8::try_from(payload.len()).unwrap_or(125) | 0x80;
    [&[0x82, len, 0, 0, 0, 0], payload].concat()
}

/// The length of the unmasked WebSocket frame at the front, once it is whole.
pub fn server_frame(bytes: &[u8]) -> Option<usize> {
    let len = match *bytes.get(1)? {
        126 => 4 + usize::from(u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?)),
        short => 2 + usize::from(short),
    };
    bytes.get(..len).map(<[u8]>::len)
}

/// Takes messages whose first line says how long they are.
fn take_after(received: &mut Vec<u8>, whole: fn(&str) -> Option<usize>) -> usize {
    let mut taken = 0;
    while let Some(end) = find(received, b"\r\n") {
        let head = String::from_utf8_lossy(received.get(..end + 2).unwrap_or_default()).into_owned();
        let is_message = whole(&head);
        let len = is_message.unwrap_or(head.len());
        if len > received.len() {
            break;
        }
        received.drain(..len);
        taken += usize::from(is_message.is_some());
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a message in two pieces, then two messages in one.
    fn check(recipe: &Recipe, message: &[u8]) {
        let (one, two) = message.split_at(message.len() / 2);
        let mut received = one.to_vec();
        assert_eq!((recipe.take)(&mut received), 0);
        received.extend_from_slice(two);
        assert_eq!((recipe.take)(&mut received), 1);
        assert!(received.is_empty());
        received.extend([message, message].concat());
        assert_eq!((recipe.take)(&mut received), 2);
        assert!(received.is_empty());
    }

    #[test]
    fn messages_are_counted_however_they_come() {
        let payload = vec![b'p'; 500];
        check(&nats(), &[b"MSG x 1 500\r\n", &payload[..], b"\r\n"].concat());
        let sent = mqtt_message(&payload);
        check(&mqtt(), &sent[mqtt_connect().len()..]);
        check(&live(StreamId([0; 32])), &[&[0x82, 126, 1, 244], &payload[..]].concat());
        check(&live(StreamId([0; 32])), &[&[0x82, 100], &payload[..100]].concat());
        check(&alerts(), b"1f\r\nid: 2\nevent: alert\ndata: {\"a\":1}\n\n\r\n");
    }

    #[test]
    fn what_is_no_message_is_not_counted() {
        let mut ping = b"PING\r\n".to_vec();
        assert_eq!(((nats().take)(&mut ping), ping.len()), (0, 0));
        let mut comment = b"3\r\n:\n\n\r\n".to_vec();
        assert_eq!(((alerts().take)(&mut comment), comment.len()), (0, 0));
    }

    #[test]
    fn answers_are_whole_or_not_yet() {
        let alerts = alerts();
        let answer = b"HTTP/1.1 200 OK\r\n\r\nd\r\nretry: 3000\n\n\r\n";
        assert_eq!((alerts.hello[0].answer)(answer), Some(answer.len()));
        assert_eq!((alerts.hello[0].answer)(&answer[..30]), None);
        assert_eq!(mqtt_packet(&[0x20, 2, 0, 0]), Some(4));
        assert_eq!(mqtt_packet(&[0x20, 2, 0]), None);
    }
}
