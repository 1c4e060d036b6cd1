//! Random counts that are the same in every run.

/// SplitMix64 (Steele, Lea and Flood 2014).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in (0, 1).
    pub(crate) fn unit(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Poisson, as arrivals in a stretch of that length.
    pub(crate) fn poisson(&mut self, mean: f64) -> f64 {
        let (mut n, mut at) = (0.0, -self.unit().ln());
        while at < mean {
            n += 1.0;
            at -= self.unit().ln();
        }
        n
    }

    /// What `draw` gives `n` times, summed.
    pub(crate) fn sum(&mut self, n: f64, mut draw: impl FnMut(&mut Self) -> f64) -> f64 {
        let (mut sum, mut i) = (0.0, 0.0);
        while i < n {
            sum += draw(self);
            i += 1.0;
        }
        sum
    }

    pub(crate) fn binomial(&mut self, n: f64, p: f64) -> f64 {
        self.sum(n, |random| if random.unit() < p { 1.0 } else { 0.0 })
    }

    /// Beta with this mean and intra-class correlation, by two gammas.
    pub(crate) fn beta(&mut self, p: f64, rho: f64) -> f64 {
        let m = 1.0 / rho - 1.0;
        let (a, b) = (self.gamma(p * m), self.gamma((1.0 - p) * m));
        a / (a + b)
    }

    /// Gamma of any shape (Marsaglia and Tsang, ACM TOMS 26, 2000).
    fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let u = self.unit();
            return self.gamma(shape + 1.0) * u.powf(1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.unit().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }
}
