"""An independent, slow transcription of the detector in docs/internals/detection.md, for shares.

Reads a stream of ticks ("n k" a line) and prints, a line a tick, the baseline's figure and the
strongest evidence on any scale, and lines that begin with "alarm" or "end". Plain Python, no
packages:  python3 oracle.py < stream.txt > stream.expected
The constants are those of Tuning::STANDARD and Figure::TRANSFER at ln A of 100 streams in 30 days.
"""
import math
import sys
from collections import deque

STEPS = [0.2, 0.5, 1.0, 2.0, 4.0]
SCALES, RATIO, WINDOW = 9, 4, 16
BAND, CAP, FREEZE, READY = 0.02, 4.0, 6.0, 30.0
ARMED, PRIOR, HALF_LIFE = 40.0, 0.003, 43200.0
END_NATS, END_TICKS = 12.0, 8
LN_A = math.log(16 * 100 * 30 * 86400)
LANES = [(1, s) for s in STEPS] + [(-1, s) for s in STEPS]


def logit(p):
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


def sigmoid(x):
    return 1 / (1 + math.exp(-min(max(x, -15), 15)))


def ln_beta(a, b):
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def beta_binomial(n, k, q, rho):
    m = 1 / rho - 1
    return ln_beta(k + q * m, max(n - k, 0) + (1 - q) * m) - ln_beta(q * m, (1 - q) * m)


def jeffreys(n, k, phi, z):
    total = (n + 1) / phi

    def gamma_edge(a, z):
        w = 1 - 1 / (9 * a) + z / (3 * math.sqrt(a))
        return a * w ** 3 if w > 0 else 0.0

    if k + 0.5 <= 0.5 * (n + 1):
        return gamma_edge((k + 0.5) / phi, z) / total
    return 1 - gamma_edge((n - k + 0.5) / phi, -z) / total


class Dispersion:
    def __init__(self, scale):
        self.block, self.B, self.S2, self.V, self.EX, self.N2 = RATIO ** scale, 0.0, 0.0, 0.0, 0.0, 0.0
        self.waiting = deque()

    def phi(self):
        return self.S2 / self.V if self.V > 0 else 0.0

    def rho(self):
        return max(0.0, self.EX / self.N2) if self.N2 > 0 else 0.0

    def learn(self, now):
        wait = max(60, 8 * self.block)
        while self.waiting and self.waiting[0][0] + wait <= now:
            _, r2, v, pairs = self.waiting.popleft()
            r2 = min(r2, 25 * max(1.0, self.phi()) * v)
            self.B = min(self.B + 1, max(64.0, 28 * 86400 / self.block))
            g = 1 / self.B
            self.S2 += g * (r2 - self.S2)
            self.V += g * (v - self.V)
            self.EX += g * (r2 - v - self.EX)
            self.N2 += g * (pairs - self.N2)


class Stream:
    def __init__(self):
        self.age, self.minute, self.fast, self.lag = 0, [0.0, 0.0], [0.0, 0.0], deque()
        self.p, self.learned, self.ready_at = 0.5, [0.0, 0.0], None
        self.disp = [Dispersion(j) for j in range(SCALES)]
        self.fill = [[0.0] * 4 + [0] for _ in range(SCALES)]
        self.win = [deque(maxlen=WINDOW) for _ in range(SCALES)]
        self.evidence, self.shift = [0.0] * SCALES, None
        self.edges(1.5)

    def edges(self, phi):
        n, k = self.learned
        centre, self.null = logit(self.p), []
        for sign in (1, -1):
            if n >= READY:
                edge = logit(jeffreys(n, k, phi, 2.0 * sign))
            else:
                size = max((n + 1) * self.p * (1 - self.p), 1e-9)
                edge = centre + sign * (BAND + 2 * math.sqrt(phi / size))
            self.null.append(centre + sign * min(max(sign * (edge - centre), BAND), 3.0))

    def reset(self):
        self.fill = [[0.0] * 4 + [0] for _ in range(SCALES)]
        for j in range(SCALES):
            self.win[j].clear()
            self.disp[j].waiting.clear()
        self.evidence = [0.0] * SCALES

    def dispersion_scale(self, j):
        for at in range(min(j + 2, SCALES - 1), max(j - 3, 0) - 1, -1):
            if self.disp[at].B >= ARMED:
                return at
        return None

    def frozen(self):
        return self.dispersion_scale(0) is not None and max(self.evidence) >= FREEZE

    def turn_minute(self):
        if self.shift is None and self.age > 0:
            self.lag.append(self.minute)
        self.minute = [0.0, 0.0]
        if self.shift is None and not self.frozen():
            delay = 2 if self.age < 1800 else 8
            while len(self.lag) >= delay:
                n, k = self.lag.popleft()
                d = math.exp(-60 / 3600)
                self.fast = [self.fast[0] * d + n, self.fast[1] * d + k]
        self.learned = list(self.fast)
        self.p = min(max((self.fast[1] + 0.5) / (self.fast[0] + 1), 1e-5), 1 - 1e-5)
        if self.ready_at is None and self.fast[0] >= READY:
            self.ready_at = self.age
            self.reset()
        known = [self.disp[j].phi() for j in (6, 4) if self.disp[j].B >= 5]
        self.edges(max(1.0, known[0]) if known else 1.5)

    def weigh(self, n, k, moved):
        out = []
        for sign, step in LANES:
            edge = self.null[0 if sign > 0 else 1] + moved
            q0, q1 = sigmoid(edge), sigmoid(edge + sign * step)
            out.append(k * math.log(q1 / q0) + (n - k) * math.log((1 - q1) / (1 - q0)))
        return out

    def judge(self, tick, n, k):
        if self.age % 60 == 0:
            self.turn_minute()
        self.age += 1
        if self.shift is not None:
            return self.test_end(tick, n, k)
        self.minute[0] += n
        self.minute[1] += k
        block, said = [n, k, n * self.p, n * self.p * (1 - self.p), 1], None
        for j in range(SCALES):
            moved = 0.0
            if j >= 3 and block[0] > 0:
                moved = logit(block[2] / block[0]) - logit(self.p)
            self.win[j].append((block[0], block[1], self.weigh(block[0], block[1], moved)))
            if said is None:
                said = self.test(j, tick)
            if self.ready_at is not None:
                if block[0] > 0 and block[0] <= self.learned[0] and self.age - RATIO ** j >= self.ready_at:
                    r = block[1] - block[2]
                    self.disp[j].waiting.append((self.age, r * r, block[3], block[3] * max(block[0] - 1, 0)))
                if not self.frozen():
                    self.disp[j].learn(self.age)
            if j + 1 == SCALES:
                break
            nxt = self.fill[j + 1]
            for i in range(4):
                nxt[i] += block[i]
            nxt[4] += 1
            if nxt[4] < RATIO:
                break
            block, self.fill[j + 1] = nxt, [0.0] * 4 + [0]
        if said is not None:
            self.begin(tick, said)
        return said

    def test(self, j, tick):
        if self.ready_at is None:
            return None
        at = self.dispersion_scale(j)
        size = sum(b[0] for b in self.win[j])
        prior = PRIOR * math.sqrt(4 * self.p * (1 - self.p)) * 0.5 ** (self.age / HALF_LIFE)
        phi, rho = 1.0, prior
        if at is not None:
            doubt = 1 + 2 * math.sqrt(2 / self.disp[at].B)
            phi, rho = self.disp[at].phi() * doubt, self.disp[at].rho() * doubt + prior
        phi = max(phi, 1 + rho * (size - 1), 1.0)
        rho = min(max((phi - 1) / max(size - 1, 1), 1e-6), 0.999)
        best = (-math.inf, 0, 0, 0.0, 0.0)
        for lane in range(len(LANES)):
            total = n = k = 0.0
            for length, (bn, bk, nats) in enumerate(reversed(self.win[j]), 1):
                total += min(nats[lane] / phi, CAP)
                n, k = n + bn, k + bk
                if total > best[0] + 1e-9:
                    best = (total, lane, length, n, k)
        self.evidence[j] = best[0]
        wanted = LN_A + math.log(SCALES * len(LANES)) - math.log(RATIO ** j)
        if at is None or best[0] < wanted:
            return None
        sign, step = LANES[best[1]]
        edge = self.null[0 if sign > 0 else 1]
        q0, q1 = sigmoid(edge), sigmoid(edge + sign * step)
        nats = beta_binomial(best[3], best[4], q1, rho) - beta_binomial(best[3], best[4], q0, rho)
        if nats < wanted:
            return None
        return ("alarm", tick, sign, tick + 1 - best[2] * RATIO ** j, nats, best[4] / best[3], phi)

    def begin(self, tick, said):
        figure = min(max(said[5], 1e-4), 1 - 1e-4)
        self.shift = [said[2], figure, said[6], 0.0, 0.0, tick + 1]
        self.lag.clear()
        self.minute = [0.0, 0.0]
        self.reset()

    def test_end(self, tick, n, k):
        sign, figure, phi, total, low, back = self.shift
        edge = sigmoid(self.null[0 if sign > 0 else 1])
        ratio = k * math.log(edge / figure) + (n - k) * math.log((1 - edge) / (1 - figure))
        total += min(ratio / phi, CAP)
        if total < low:
            low, back = total, tick + 1
        self.shift = [sign, figure, phi, total, low, back]
        if total - low >= END_NATS and tick + 1 - back >= END_TICKS:
            self.shift = None
            self.reset()
            return ("end", tick, back)
        return None


def main():
    stream = Stream()
    for tick, line in enumerate(sys.stdin):
        n, k = map(float, line.split())
        said = stream.judge(tick, n, k)
        print(f"{stream.p:.6f} {max(0.0, max(stream.evidence)):.3f}")
        if said and said[0] == "alarm":
            print(f"alarm {said[1]} {said[2]} {said[3]} {said[4]:.2f}")
        elif said:
            print(f"end {said[1]} {said[2]}")


main()
