//! Random numbers that are the same on every machine.

/// Initial state of a sequence.
pub(super) const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// Xorshift64* (Vigna 2016).
pub(super) fn next(state: &mut u64) -> u64 {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    state.wrapping_mul(0x2545_f491_4f6c_dd1d)
}

/// Returns a number of approximately exponential distribution with mean 1 from random bits: the logarithm, interpolated
/// linearly between powers of two, so that all platforms round it alike.
pub(super) fn exponential(bits: u32) -> f64 {
    let bits = bits | 1;
    let zeros = bits.leading_zeros();
    let fraction = f64::from(bits) / f64::from(1u32 << (31 - zeros)) - 1.0;
    (f64::from(zeros) + 1.0 - fraction) * std::f64::consts::LN_2
}
