//! Secrets made from the formats that services document. `{A36}` stands for 36 random letters and digits; the letter before
//! the number says which.

/// A generator of the same numbers on every machine (Steele, Lea and Flood, SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn of(&mut self, alphabet: &str, n: usize) -> String {
        let letters = alphabet.as_bytes();
        (0..n).map(|_| char::from(letters[(self.next() % letters.len() as u64) as usize])).collect()
    }
}

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";

fn letters_of(kind: char) -> String {
    match kind {
        'h' => "0123456789abcdef".to_owned(),
        'd' => DIGITS.to_owned(),
        'a' => format!("{LOWER}{DIGITS}"),
        'A' => format!("{LOWER}{UPPER}{DIGITS}"),
        'U' => format!("{UPPER}{DIGITS}"),
        'L' => format!("{LOWER}{UPPER}"),
        'w' => format!("{LOWER}{UPPER}{DIGITS}_"),
        'u' => format!("{LOWER}{UPPER}{DIGITS}_-"),
        'b' => format!("{LOWER}{UPPER}{DIGITS}+/"),
        // Base32 (RFC 4648, 6).
        'B' => format!("{UPPER}234567"),
        // A password as people are asked to make them.
        'p' => format!("{LOWER}{UPPER}{DIGITS}{DIGITS}!#%^*-_+"),
        other => panic!("no alphabet {other}"),
    }
}

/// What a template stands for this time.
pub(crate) fn fill(template: &str, random: &mut Random) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(close) = rest.find('}') {
        let Some(open) = rest[..close].rfind('{') else {
            out.push_str(&rest[..=close]);
            rest = &rest[close + 1..];
            continue;
        };
        let inside = &rest[open + 1..close];
        out.push_str(&rest[..open]);
        let kind = inside.chars().next().unwrap_or('}');
        match inside[kind.len_utf8()..].parse() {
            Ok(n) => {
                let made = random.of(&letters_of(kind), n);
                // A password ends in a letter, so that a sentence may go on behind it, and holds a digit.
                out.push_str(&if kind == 'p' { format!("Q{}7z", &made[..n - 3]) } else { made });
            }
            Err(_) if inside == "uuid" => {
                let parts = [8, 4, 4, 4, 12].map(|n| random.of(&letters_of('h'), n));
                out.push_str(&parts.join("-"));
            }
            Err(_) => out.push_str(&rest[open..=close]),
        }
        rest = &rest[close + 1..];
    }
    out.push_str(rest);
    out
}

/// Base64 (RFC 4648, 4) with padding.
pub(crate) fn base64(text: &str) -> String {
    let letters = format!("{UPPER}{LOWER}{DIGITS}+/").into_bytes();
    let mut out = String::new();
    for three in text.as_bytes().chunks(3) {
        let mut bits = [0_u8; 3];
        bits[..three.len()].copy_from_slice(three);
        let all = u32::from(bits[0]) << 16 | u32::from(bits[1]) << 8 | u32::from(bits[2]);
        for i in 0..4 {
            let letter = letters[(all >> (18 - 6 * i) & 63) as usize];
            out.push(if i <= three.len() { char::from(letter) } else { '=' });
        }
    }
    out
}
