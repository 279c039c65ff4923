#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

use super::*;
use crate::limits::FREE_EXPANDED_BYTES;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut e = GzEncoder::new(Vec::new(), Compression::best());
    e.write_all(bytes).unwrap();
    e.finish().unwrap()
}

/// Members of (name, content, flags, method).
fn zipped(members: &[(&str, &[u8], u16, u16)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, content, flags, method) in members {
        let packed = if *method == 8 {
            let mut e = DeflateEncoder::new(Vec::new(), Compression::best());
            e.write_all(content).unwrap();
            e.finish().unwrap()
        } else {
            content.to_vec()
        };
        let mut crc = Crc::new();
        crc.update(content);
        let at = out.len() as u32;
        let mut middle = Vec::new();
        for n in [*flags, *method, 0, 0] {
            middle.extend(n.to_le_bytes());
        }
        for n in [crc.sum(), packed.len() as u32, content.len() as u32] {
            middle.extend(n.to_le_bytes());
        }
        middle.extend((name.len() as u16).to_le_bytes());
        middle.extend([0, 0]);
        out.extend(b"PK\x03\x04\x14\0");
        out.extend(&middle);
        out.extend(name.as_bytes());
        out.extend(&packed);
        directory.extend(b"PK\x01\x02\x14\0\x14\0");
        directory.extend(&middle);
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let at = out.len() as u32;
    let count = (members.len() as u16).to_le_bytes();
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count);
    out.extend(count);
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn open(name: &str, bytes: Vec<u8>) -> Vec<(String, Result<String, String>, Option<String>)> {
    match Expander::new(Some(&super::DECODERS)).expand(Source::new(name, bytes)) {
        Expanded::Plain(s) => vec![(s.name, Ok("plain".to_owned()), None)],
        Expanded::Refused(why) => vec![(name.to_owned(), Err(why), None)],
        Expanded::Members(all) => all
            .into_iter()
            .map(|m| (m.name, m.content.map(|b| String::from_utf8(b).unwrap()), m.damage))
            .collect(),
    }
}

#[test]
fn gzip_of_several_members_and_damaged_gzip() {
    let two = [gzip(b"one "), gzip(b"two")].concat();
    assert_eq!(open("x.gz", two.clone()), [("x".to_owned(), Ok("one two".to_owned()), None)]);
    let garbage = open("x.gz", [two.as_slice(), b"rubbish"].concat());
    assert!(garbage[0].1.as_deref() == Ok("one two") && garbage[0].2.as_ref().unwrap().contains("7 bytes"));
    let mut bad = gzip(b"one");
    let n = bad.len();
    bad[n - 6] ^= 1;
    let bad = open("x.gz", bad);
    assert!(bad[0].1.as_deref() == Ok("one") && bad[0].2.as_ref().unwrap().contains("damaged"));
    let twice = open("x.gz", gzip(&gzip(b"one")));
    assert!(twice[0].1.as_ref().unwrap_err().contains("only one layer"));
    let within =
        open("x.zip", zipped(&[("a.gz", &gzip(b"one"), 0, 0), ("b.gz", &gzip(&gzip(b"one")), 0, 0)]));
    assert_eq!((within[0].0.as_str(), within[0].1.as_deref()), ("x.zip/a", Ok("one")));
    assert!(within[1].1.as_ref().unwrap_err().contains("only one layer"));
    for end in 0..n {
        open("x.gz", gzip(b"one")[..end].to_vec());
    }
}

#[test]
fn a_bomb_is_refused() {
    let zeros = vec![0u8; FREE_EXPANDED_BYTES + (1 << 20)];
    let bomb = open("x.gz", gzip(&zeros));
    assert!(bomb[0].1.as_ref().unwrap_err().contains("bomb"), "{:?}", bomb[0].1);
    let bomb = open("x.zip", zipped(&[("a", &zeros, 0, 8)]));
    assert!(bomb[0].1.as_ref().unwrap_err().contains("bomb"));
}

#[test]
fn zip_stored_deflated_and_refused() {
    let bytes = zipped(&[
        ("a.txt", b"stored", 0, 0),
        ("d/", b"", 0, 0),
        ("d/b.txt", b"deflated deflated", 0, 8),
        ("c", b"secret", 1, 0),
        ("e", b"lzma", 0, 14),
    ]);
    let got = open("x.zip", bytes.clone());
    let names: Vec<&str> = got.iter().map(|g| g.0.as_str()).collect();
    assert_eq!(names, ["x.zip/a.txt", "x.zip/d/b.txt", "x.zip/c", "x.zip/e"]);
    assert_eq!(got[0].1.as_deref(), Ok("stored"));
    assert_eq!(got[1].1.as_deref(), Ok("deflated deflated"));
    assert!(got[2].1.as_ref().unwrap_err().contains("encrypted"));
    assert!(got[3].1.as_ref().unwrap_err().contains("method 14"));
    for end in 0..bytes.len() {
        open("x.zip", bytes[..end].to_vec());
    }
}

/// A zip64 archive of stored files: sizes, offsets and the count are in the records of zip64 only.
fn zipped64(members: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let mut crc = Crc::new();
        crc.update(content);
        let (at, size) = (out.len() as u64, content.len() as u64);
        let head = |extra: &[u8]| {
            let mut head = vec![0u8; 8];
            head.extend(crc.sum().to_le_bytes());
            head.extend([0xff; 8]);
            head.extend((name.len() as u16).to_le_bytes());
            head.extend((extra.len() as u16).to_le_bytes());
            head
        };
        let local = [&[1, 0, 16, 0][..], &size.to_le_bytes(), &size.to_le_bytes()].concat();
        // Another extra field stands before that of zip64.
        let other = [0x55, 0x54, 1, 0, 9];
        let wide = [&other[..], &[1, 0, 24, 0], &size.to_le_bytes(), &size.to_le_bytes(), &at.to_le_bytes()]
            .concat();
        out.extend([b"PK\x03\x04-\0", &*head(&local), name.as_bytes(), &local, content].concat());
        directory.extend(
            [b"PK\x01\x02-\0-\0", &*head(&wide), &[0; 10], &[0xff; 4], name.as_bytes(), &wide].concat(),
        );
    }
    let (at, size, count) = (out.len() as u64, directory.len() as u64, members.len() as u64);
    out.extend(&directory);
    let record = out.len() as u64;
    out.extend([b"PK\x06\x06", &44u64.to_le_bytes()[..], &[45, 0, 45, 0], &[0; 8]].concat());
    for n in [count, count, size, at] {
        out.extend(n.to_le_bytes());
    }
    out.extend([b"PK\x06\x07", &[0; 4][..], &record.to_le_bytes(), &1u32.to_le_bytes()].concat());
    out.extend([b"PK\x05\x06", &[0; 4][..], &[0xff; 12], &[0; 2]].concat());
    out
}

#[test]
fn zip64_archives_open_and_damaged_ones_say_so() {
    let bytes = zipped64(&[("a.txt", b"one"), ("b.txt", b"two!")]);
    let want = [("x.zip/a.txt", "one"), ("x.zip/b.txt", "two!")];
    let want = want.map(|(name, text)| (name.to_owned(), Ok(text.to_owned()), None));
    assert_eq!(open("x.zip", bytes.clone()), want);
    for at in 0..bytes.len() {
        open("x.zip", bytes[..at].to_vec());
        let mut flipped = bytes.clone();
        flipped[at] ^= 0xff;
        // Content that is not valid text is kept, together with the description of the damage.
        Expander::new(Some(&super::DECODERS)).expand(Source::new("x.zip", flipped));
    }
    // A count that no directory holds.
    let mut wrong = bytes.clone();
    let record = memchr::memmem::find(&wrong, b"PK\x06\x06").unwrap();
    wrong[record + 32..record + 40].fill(0xff);
    assert!(open("x.zip", wrong)[0].1.as_ref().unwrap_err().contains("directory"));
    // The record is said to be elsewhere than it is.
    let mut lost = bytes;
    lost[record] ^= 1;
    assert!(open("x.zip", lost)[0].1.as_ref().unwrap_err().contains("directory"));
}

#[test]
fn a_report_yields_its_events() {
    use std::fmt::Write as _;
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let packed = gzip(b"{\"event\":\"run\",\"run\":\"r\"}\n");
    let mut text = String::new();
    for (i, chunk) in packed.chunks(3).enumerate() {
        let n = chunk.iter().fold(0u32, |n, b| (n << 8) | u32::from(*b)) << (8 * (3 - chunk.len()));
        for k in 0..=chunk.len() {
            text.push(char::from(alphabet[(n >> (18 - 6 * k)) as usize & 63]));
        }
        if i % 19 == 18 {
            text.push('\n');
        }
    }
    let mut page = String::from("<!doctype html><script>const s = 'id=\"makespan-data\"';</script>");
    let _ = write!(page, "<script type=\"application/octet-stream\" id=\"makespan-data\">{text}</script>");
    let want = [("r.html".to_owned(), Ok("{\"event\":\"run\",\"run\":\"r\"}\n".to_owned()), None)];
    assert_eq!(open("r.html", page.clone().into_bytes()), want);
    assert_eq!(open("r.html.gz", gzip(page.as_bytes())), want);
    let cut = open("r.html", page.as_bytes()[..page.len() - 20].to_vec());
    assert!(cut[0].1.as_ref().unwrap_err().contains("cut short"));
}

/// A tar archive of that many files of one byte.
fn tarred(count: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity((count + 1) * 1024);
    for at in 0..count {
        let mut header = [0u8; 512];
        let name = format!("d/{at}");
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..136].copy_from_slice(b"00000000001\0");
        header[148..156].fill(b' ');
        header[156] = b'0';
        let sum: u32 = header.iter().map(|b| u32::from(*b)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        out.extend(header);
        out.extend([b'x'; 1]);
        out.extend([0; 511]);
    }
    out.extend([0; 1024]);
    out
}

#[test]
fn files_of_an_archive_beyond_the_limit_are_counted_and_reported() {
    let at_limit = open("x.tar", tarred(ARCHIVE_MEMBERS));
    assert!(at_limit.len() == ARCHIVE_MEMBERS && at_limit.iter().all(|m| m.1.is_ok()));
    let more = open("x.tar", tarred(ARCHIVE_MEMBERS + 3));
    assert_eq!(more.len(), ARCHIVE_MEMBERS + 1);
    let (name, content, _) = &more[0];
    let why = content.as_ref().unwrap_err();
    assert!(name == "x.tar" && why.contains("3 more are left out") && why.contains("unpack it"), "{why}");
    // Damage behind the limit is still reported.
    let mut cut = tarred(ARCHIVE_MEMBERS + 1);
    cut.truncate(cut.len() - 1024);
    let cut = open("x.tar", cut);
    assert!(cut[0].1.as_ref().unwrap_err().contains("1 more is left out"));
    assert!(cut[ARCHIVE_MEMBERS + 1].1.as_ref().unwrap_err().contains("cut short"));
}
