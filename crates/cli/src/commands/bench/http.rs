//! A small HTTP/1.1 client. Requests are rendered before the clock runs and answers hardly looked at,
//! so that the client takes as little as possible of the processors it shares with the relay.

use std::net::SocketAddr;

use anyhow::{Context, ensure};
use bystand_wire::relay_api::MEDIA_TYPE;
use minicbor::{Decode, Encode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The longest answer read, in bytes.
const ANSWER_LEN: usize = 2 * 1024 * 1024;

/// A rendered request.
pub fn request(method: &str, path: &str, body: &[u8]) -> Vec<u8> {
    request_with(method, path, "", body)
}

/// A rendered request with header lines of its own, each with its line end.
pub fn request_with(method: &str, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: relay\r\ncontent-type: {MEDIA_TYPE}\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// A kept-alive connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub async fn open(addr: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(1024) })
    }

    /// Sends a rendered request and gives the answer's status and body.
    pub async fn send(&mut self, request: &[u8]) -> anyhow::Result<(u16, Vec<u8>)> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if let Some((status, head, len)) = parse_head(&self.buffer)?
                && let Some(body) = self.buffer.get(head..head + len)
            {
                return Ok((status, body.to_vec()));
            }
            ensure!(self.buffer.len() < ANSWER_LEN, "the relay's answer has no end");
            ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the relay closed the connection");
        }
    }

    /// Calls the relay and reads its answer.
    pub async fn call<A>(&mut self, method: &str, path: &str, body: &impl Encode<()>) -> anyhow::Result<A>
    where
        A: Encode<()> + for<'b> Decode<'b, ()>,
    {
        self.ask(&format!("{method} {path}"), &request(method, path, &bystand_wire::encode(body))).await
    }

    /// Reads something from the relay.
    pub async fn get<A>(&mut self, path: &str) -> anyhow::Result<A>
    where
        A: Encode<()> + for<'b> Decode<'b, ()>,
    {
        self.ask(path, &request("GET", path, &[])).await
    }

    /// Sends a rendered request and reads the answer; `what` names it in errors.
    pub async fn ask<A>(&mut self, what: &str, request: &[u8]) -> anyhow::Result<A>
    where
        A: Encode<()> + for<'b> Decode<'b, ()>,
    {
        bystand_wire::decode(&self.bytes(what, request).await?).with_context(|| what.to_owned())
    }

    /// Sends a rendered request and gives the answer's body.
    pub async fn bytes(&mut self, what: &str, request: &[u8]) -> anyhow::Result<Vec<u8>> {
        let (status, answer) = self.send(request).await?;
        ensure!(status == 200, "{what}: {status} {}", String::from_utf8_lossy(&answer));
        Ok(answer)
    }
}

/// Status, length of the head and length of the body, once the head is there.
fn parse_head(bytes: &[u8]) -> anyhow::Result<Option<(u16, usize, usize)>> {
    let Some(end) = find(bytes, b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(bytes.get(..end).unwrap_or_default())?;
    let status = head.split(' ').nth(1).context("no status line")?.parse()?;
    let len = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    Ok(Some((status, end + 4, len.unwrap_or(0))))
}

/// Where a sequence of bytes begins.
pub fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        for (bytes, expected) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", Some((200, 38, 5))),
            ("HTTP/1.1 409 Conflict\r\ncontent-length:0\r\n\r\n", Some((409, 43, 0))),
            ("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n", Some((101, 56, 0))),
            ("HTTP/1.1 200 OK\r\nContent-Le", None),
        ] {
            assert_eq!(parse_head(bytes.as_bytes()).expect(bytes), expected, "{bytes}");
        }
        assert!(parse_head(b"nonsense\r\n\r\n").is_err());
    }
}
