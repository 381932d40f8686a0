//! The PROXY protocol, versions 1 and 2: what a load balancer in front of us says about the client, before the client's
//! own bytes. See haproxy.org, `doc/proxy-protocol.txt`.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use tokio::io::{AsyncRead, AsyncReadExt};

const SIGNATURE_2: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
/// Longest line of version 1, with its end.
const LINE_BYTES_MAX: usize = 107;
/// Longest rest of a header of version 2 that is read.
const REST_BYTES_MAX: usize = 1_024;

/// Reads the header to its last byte and no further. `None` if the balancer speaks for itself, or for an unknown
/// client.
pub(super) async fn read_header(io: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<IpAddr>> {
    let mut head = [0; 12];
    io.read_exact(&mut head).await?;
    if head == *SIGNATURE_2 {
        return version_2(io).await;
    }
    let mut line = head.to_vec();
    while !line.ends_with(b"\r\n") {
        if line.len() >= LINE_BYTES_MAX {
            return Err(wrong("a line that does not end"));
        }
        line.push(io.read_u8().await?);
    }
    version_1(&line)
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("no header of the PROXY protocol: {what}"))
}

fn version_1(line: &[u8]) -> io::Result<Option<IpAddr>> {
    let text = std::str::from_utf8(line).map_err(|_| wrong("not ASCII"))?;
    let mut words = text.trim_end_matches("\r\n").split(' ');
    if words.next() != Some("PROXY") {
        return Err(wrong("another first word"));
    }
    let family = words.next().unwrap_or_default();
    if family == "UNKNOWN" {
        return Ok(None);
    }
    let source =
        words.next().and_then(|word| word.parse::<IpAddr>().ok()).ok_or_else(|| wrong("no address"))?;
    match (family, source) {
        ("TCP4", IpAddr::V4(_)) | ("TCP6", IpAddr::V6(_)) => Ok(Some(source.to_canonical())),
        _ => Err(wrong("an address of another family")),
    }
}

async fn version_2(io: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<IpAddr>> {
    let (command, family, length) =
        (io.read_u8().await?, io.read_u8().await?, usize::from(io.read_u16().await?));
    if command >> 4 != 2 || length > REST_BYTES_MAX {
        return Err(wrong("another version, or too long"));
    }
    let mut rest = vec![0; length];
    io.read_exact(&mut rest).await?;
    match (command & 15, family >> 4) {
        // LOCAL: a health check of the balancer's own.
        (0, _) | (1, 0 | 3) => Ok(None),
        (1, 1) => {
            let source = rest.first_chunk::<4>().ok_or_else(|| wrong("too short"))?;
            Ok(Some(Ipv4Addr::from(*source).into()))
        }
        (1, 2) => {
            let source = rest.first_chunk::<16>().ok_or_else(|| wrong("too short"))?;
            Ok(Some(IpAddr::from(Ipv6Addr::from(*source)).to_canonical()))
        }
        _ => Err(wrong("an unknown command or family")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(mut bytes: &[u8]) -> (Option<Option<IpAddr>>, usize) {
        let read = read_header(&mut bytes).await.ok();
        (read, bytes.len())
    }

    fn ip(text: &str) -> Option<Option<IpAddr>> {
        Some(Some(text.parse().expect("an address")))
    }

    #[tokio::test]
    async fn both_versions_are_read_to_their_last_byte() {
        assert_eq!(read(b"PROXY TCP4 203.0.113.7 10.0.0.1 51234 443\r\nGET").await, (ip("203.0.113.7"), 3));
        assert_eq!(read(b"PROXY TCP6 2001:db8::7 ::1 1 2\r\n").await, (ip("2001:db8::7"), 0));
        assert_eq!(read(b"PROXY UNKNOWN\r\nx").await, (Some(None), 1));
        let v2 = |command: u8, family: u8, rest: &[u8]| {
            let length = u16::try_from(rest.len()).expect("short").to_be_bytes();
            [SIGNATURE_2.as_slice(), &[0x20 | command, family], &length, rest, b"x"].concat()
        };
        let addresses = [203, 0, 113, 7, 10, 0, 0, 1, 0, 1, 0, 2];
        assert_eq!(read(&v2(1, 0x11, &addresses)).await, (ip("203.0.113.7"), 1));
        assert_eq!(read(&v2(0, 0, &[])).await, (Some(None), 1));
        assert_eq!(read(&v2(1, 0x21, &[0; 36])).await, (ip("::"), 1));
        assert_eq!(read(&v2(1, 0x11, &[1, 2])).await.0, None);
    }

    #[tokio::test]
    async fn anything_else_is_refused() {
        for bad in [
            b"GET / HTTP/1.1\r\n".as_slice(),
            b"PROXY TCP4 2001:db8::7 ::1 1 2\r\n",
            b"PROXY TCP4 nowhere 10.0.0.1 1 2\r\n",
            &[b'P'; 200],
            b"PROXY TCP4",
        ] {
            assert_eq!(read(bad).await.0, None, "{}", String::from_utf8_lossy(bad));
        }
    }
}
