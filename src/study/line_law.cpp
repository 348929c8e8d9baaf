#include "study/line_law.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <map>
#include <numbers>
#include <set>
#include <utility>

#include "diffusion/machine.hpp"

namespace scorefield::study {
namespace {

using namespace diffusion;

/// Deviations beyond which a Gaussian has no mass that counts: 1e-15.
constexpr double kReach = 8;
/// Mass that is taken for nothing when a range is chosen.
constexpr double kNoMass = 1e-14;

double normal_cumulative(double z) {
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

/// e^(−2πik/kCells) for the first half of the circle.
const std::vector<std::complex<double>>& roots_of_unity() {
    static const std::vector<std::complex<double>> roots = [] {
        std::vector<std::complex<double>> made(LineLaw::kCells / 2);
        for (std::size_t k = 0; k < made.size(); ++k) {
            made[k] = std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(k) / LineLaw::kCells);
        }
        return made;
    }();
    return roots;
}

/// Without the care for infinities that the language's own product takes.
std::complex<double> finite_product(std::complex<double> a, std::complex<double> b) {
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

/// In-place transform of kCells values, by halving; `inverse` without the division by their number.
void fourier(std::vector<std::complex<double>>& values, bool inverse) {
    const std::vector<std::complex<double>>& roots = roots_of_unity();
    const std::size_t count = values.size();
    for (std::size_t i = 1, j = 0; i < count; ++i) {
        std::size_t bit = count >> 1U;
        for (; (j & bit) != 0; bit >>= 1U) j ^= bit;
        j ^= bit;
        if (i < j) std::swap(values[i], values[j]);
    }
    for (std::size_t length = 2; length <= count; length *= 2) {
        const std::size_t stride = count / length;
        for (std::size_t first = 0; first < count; first += length) {
            for (std::size_t k = 0; k < length / 2; ++k) {
                const std::complex<double> even = values[first + k];
                const std::complex<double> root = inverse ? std::conj(roots[k * stride]) : roots[k * stride];
                const std::complex<double> odd = finite_product(values[first + k + length / 2], root);
                values[first + k] = even + odd;
                values[first + k + length / 2] = even - odd;
            }
        }
    }
}

/// Convolves masses of cells of unit width with N(0, deviation²), by the Gaussian's own transform; periodic.
void blur(std::vector<double>& masses, double deviation) {
    const std::size_t count = masses.size();
    std::vector<std::complex<double>> values(masses.begin(), masses.end());
    fourier(values, false);
    for (std::size_t k = 0; k < count; ++k) {
        const double wave = static_cast<double>(std::min(k, count - k)) / static_cast<double>(count);
        const double argument = 2 * std::numbers::pi * wave * deviation;
        values[k] *= std::exp(-argument * argument / 2) / static_cast<double>(count);
    }
    fourier(values, true);
    for (std::size_t k = 0; k < count; ++k) masses[k] = std::max(values[k].real(), 0.0);
}

/// Puts `mass`, evenly spread over [from, to], in units of cells from the first one's edge, into `masses`.
void spread(std::vector<double>& masses, double from, double to, double mass) {
    if (from > to) std::swap(from, to);
    const auto last = static_cast<double>(masses.size() - 1);
    const auto first_cell = static_cast<std::size_t>(std::clamp(std::floor(from), 0.0, last));
    const auto last_cell = static_cast<std::size_t>(std::clamp(std::floor(to), 0.0, last));
    if (first_cell == last_cell) {
        masses[first_cell] += mass;
        return;
    }
    const double density = mass / (to - from);
    masses[first_cell] += density * (static_cast<double>(first_cell + 1) - from);
    for (std::size_t k = first_cell + 1; k < last_cell; ++k) masses[k] += density;
    masses[last_cell] += density * (to - static_cast<double>(last_cell));
}

/// Square root of the sum of squares: the draws of a blend are independent.
double deviation_of(const Blend& blend) {
    double variance = 0;
    for (const NoiseTerm& term : blend.noise) variance += term.coefficient * term.coefficient;
    return std::sqrt(variance);
}

std::vector<int> registers_read(const Instruction& instruction) {
    if (const auto* eval = std::get_if<Eval>(&instruction)) return {eval->src};
    if (const auto* mask = std::get_if<Mask>(&instruction)) return {mask->a, mask->b};
    if (const auto* clamp = std::get_if<Clamp>(&instruction)) return {clamp->dst};
    if (const auto* threshold = std::get_if<Threshold>(&instruction)) return {threshold->dst};
    std::vector<int> read;
    for (const Term& term : std::get<Blend>(instruction).terms) read.push_back(term.reg);
    return read;
}

/// Whether, from instruction `next` on, only `state` is read of all that was written before.
bool only_live(const Program& program, std::size_t next, int state) {
    std::set<int> known = {state};
    for (std::size_t i = next; i < program.ops.size(); ++i) {
        for (const int reg : registers_read(program.ops[i].instruction)) {
            if (!known.contains(reg)) return false;
        }
        known.insert(std::visit([](const auto& specific) { return specific.dst; }, program.ops[i].instruction));
    }
    return known.contains(program.result);
}

const Blend* noisy(const Op& op) {
    const Blend* blend = std::get_if<Blend>(&op.instruction);
    return blend == nullptr || blend->noise.empty() ? nullptr : blend;
}

/// Whether the noises of all blends are independent of each other: their draws may be shared, as those of increments of
/// one Brownian path are, but their covariances are 0.
bool noises_independent(const Program& program) {
    constexpr double kRounding = 1e-9;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::pair<std::size_t, double>>> users;
    std::vector<double> deviations;
    for (const Op& op : program.ops) {
        const Blend* blend = noisy(op);
        if (blend == nullptr) continue;
        for (const NoiseTerm& term : blend->noise) {
            users[{term.stream, term.index}].emplace_back(deviations.size(), term.coefficient);
        }
        deviations.push_back(deviation_of(*blend));
    }
    std::map<std::pair<std::size_t, std::size_t>, double> covariances;
    for (const auto& [draw, blends] : users) {
        for (std::size_t i = 0; i < blends.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                covariances[{blends[j].first, blends[i].first}] += blends[j].second * blends[i].second;
            }
        }
    }
    return std::ranges::all_of(covariances, [&](const auto& entry) {
        const auto [first, second] = entry.first;
        return std::abs(entry.second) <= kRounding * deviations[first] * deviations[second];
    });
}

}  // namespace

template <class Function>
LineLaw LineLaw::of_function(double low, double high, const Function& cumulative) {
    const double width = (high - low) / static_cast<double>(kCells);
    std::vector<double> masses(kCells);
    double below = cumulative(low);
    for (std::size_t k = 0; k < kCells; ++k) {
        const double next = cumulative(low + width * static_cast<double>(k + 1));
        masses[k] = next - below;
        below = next;
    }
    return {low, width, std::move(masses)};
}

LineLaw LineLaw::uniform(double low, double high) {
    return of_function(low, high, [&](double x) { return (x - low) / (high - low); });
}

LineLaw LineLaw::normal(double mean, double deviation) {
    const double weight = 1;
    return mixture({&weight, 1}, {&mean, 1}, {&deviation, 1});
}

LineLaw LineLaw::diagonal_of_square(double low, double high) {
    const double side = (high - low) / std::numbers::sqrt2;  // half the base of the triangle
    const double middle = (low + high) / std::numbers::sqrt2;
    return of_function(middle - side, middle + side, [&](double x) {
        const double rest = 1 - std::min(std::abs(x - middle) / side, 1.0);
        return x < middle ? rest * rest / 2 : 1 - rest * rest / 2;
    });
}

LineLaw LineLaw::mixture(std::span<const double> weights, std::span<const double> means,
                         std::span<const double> deviations) {
    double low = means[0];
    double high = means[0];
    for (std::size_t k = 0; k < means.size(); ++k) {
        low = std::min(low, means[k] - kReach * deviations[k]);
        high = std::max(high, means[k] + kReach * deviations[k]);
    }
    return of_function(low, high, [&](double x) {
        double sum = 0;
        for (std::size_t k = 0; k < means.size(); ++k)
            sum += weights[k] * normal_cumulative((x - means[k]) / deviations[k]);
        return sum;
    });
}

double LineLaw::cumulative(double x) const {
    const double place = (x - low_) / width_;
    if (place <= 0) return 0;
    const auto cell = static_cast<std::size_t>(std::min(place, static_cast<double>(kCells)));
    double sum = 0;
    for (std::size_t k = 0; k < cell; ++k) sum += masses_[k];
    if (cell < kCells) sum += masses_[cell] * (place - static_cast<double>(cell));
    return sum;
}

LineLaw::Part LineLaw::part(double low, double high) const {
    double share = 0;
    double first = 0;
    double second = 0;
    for (std::size_t k = 0; k < kCells; ++k) {
        const double left = std::max(low_ + width_ * static_cast<double>(k), low);
        const double right = std::min(low_ + width_ * static_cast<double>(k + 1), high);
        if (left >= right) continue;
        const double mass = masses_[k] * (right - left) / width_;
        share += mass;
        first += mass * (left + right) / 2;
        second += mass * (left * left + left * right + right * right) / 3;
    }
    if (share == 0) return {};
    const double mean = first / share;
    return {share, mean, second / share - mean * mean};
}

double LineLaw::mean() const {
    return part(low_, low_ + width_ * kCells).mean;
}

double LineLaw::variance() const {
    return part(low_, low_ + width_ * kCells).variance;
}

std::vector<double> LineLaw::edges() const {
    std::vector<double> edges(kCells + 1);
    for (std::size_t k = 0; k <= kCells; ++k) edges[k] = low_ + width_ * static_cast<double>(k);
    return edges;
}

LineLaw LineLaw::moved(std::span<const double> images, double noise) const {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (std::size_t k = 0; k < kCells; ++k) {
        if (masses_[k] < kNoMass) continue;
        low = std::min({low, images[k], images[k + 1]});
        high = std::max({high, images[k], images[k + 1]});
    }
    low -= kReach * noise;
    high += kReach * noise;
    const double width = std::max((high - low) / static_cast<double>(kCells), std::numeric_limits<double>::min());
    std::vector<double> masses(kCells, 0.0);
    for (std::size_t k = 0; k < kCells; ++k) {
        if (masses_[k] < kNoMass) continue;
        spread(masses, (images[k] - low) / width, (images[k + 1] - low) / width, masses_[k]);
    }
    if (noise > 0) blur(masses, noise / width);
    return {low, width, std::move(masses)};
}

std::optional<LineLaw> law_after(const Program& program, std::span<const ScoreSource* const> sources, LineLaw law) {
    constexpr auto kEdges = static_cast<std::uint32_t>(LineLaw::kCells + 1);
    if (!noises_independent(program)) return std::nullopt;
    std::size_t begin = 0;
    int state = program.init_register;
    while (begin < program.ops.size()) {
        if (!only_live(program, begin, state)) return std::nullopt;
        Machine machine(sources, 0, {0, kEdges}, 1);
        machine.load(state, law.edges(), "edges of cells");
        double noise = 0;
        std::size_t end = begin;
        for (; end < program.ops.size() && noise == 0; ++end) {
            const Blend* blend = noisy(program.ops[end]);
            if (blend == nullptr) {
                machine.run(program.ops[end].instruction);
                continue;
            }
            Blend still = *blend;
            still.noise.clear();
            machine.run(Instruction(still));
            state = still.dst;
            noise = deviation_of(*blend);
        }
        if (noise == 0) state = program.result;
        law = law.moved(machine.state(state), noise);
        begin = end;
    }
    return law;
}

}  // namespace scorefield::study
