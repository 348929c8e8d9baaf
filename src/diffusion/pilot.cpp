#include "diffusion/pilot.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace scorefield::diffusion {
namespace {

constexpr std::uint32_t kPart = 256;  // particles of one task

}  // namespace

Pilot::Pilot(const ScoreSource& source, std::uint64_t seed, std::uint32_t particles,
             std::function<void()> check_cancelled)
    : sources_{&source}, seed_(seed), particles_(particles), check_cancelled_(std::move(check_cancelled)) {}

void Pilot::branch_from(Program trunk, int step, const BranchNoise& noise) {
    trunk.ops.resize(step == 0 ? 0 : trunk.end_of_step(step - 1));
    trunk_ = std::move(trunk);
    noise_ = noise;
}

void Pilot::start(const StartLaw& law) {
    parts_.clear();
    for (std::uint32_t first = 0; first < particles_; first += kPart) {
        parts_.emplace_back(sources_, seed_, ParticleRange{first, std::min(kPart, particles_ - first)}, dim());
    }
    const StartLaw& first = noise_ ? trunk_.start : law;
    pool_.run(parts_.size(), [&](std::size_t part) { parts_[part].start(0, first); });
    for (const Op& op : trunk_.ops) run_as_is(op.instruction);
}

void Pilot::run(const Instruction& instruction) {
    if (noise_) {
        run_as_is(with_noise(instruction, *noise_));
    } else {
        run_as_is(instruction);
    }
}

void Pilot::run_as_is(const Instruction& instruction) {
    pool_.run(parts_.size(), [&](std::size_t part) {
        if (check_cancelled_) check_cancelled_();
        parts_[part].run(instruction);
    });
}

std::vector<double> Pilot::state(int reg) {
    std::vector<double> all;
    all.reserve(particles_ * dim());
    for (Machine& part : parts_) {
        const std::vector<double>& values = part.state(reg);
        all.insert(all.end(), values.begin(), values.end());
    }
    return all;
}

double Pilot::mean_norm(int reg) {
    const std::vector<double> values = state(reg);
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); i += dim()) {
        double square = 0;
        for (std::size_t e = 0; e < dim(); ++e) square += values[i + e] * values[i + e];
        sum += std::sqrt(square);
    }
    return sum / particles_;
}

void Pilot::evaluate(const Eval& at, std::span<const double> states, std::span<double> out) {
    const std::size_t part = kPart * dim();
    pool_.run((states.size() + part - 1) / part, [&](std::size_t index) {
        if (check_cancelled_) check_cancelled_();
        const std::size_t first = index * part;
        const std::size_t count = std::min(part, states.size() - first);
        std::vector<double> scaled(states.begin() + static_cast<std::ptrdiff_t>(first),
                                   states.begin() + static_cast<std::ptrdiff_t>(first + count));
        for (double& value : scaled) value *= at.c_in;
        const std::span<double> result = out.subspan(first, count);
        sources_[0]->evaluate(scaled, at, result);
        for (std::size_t i = 0; i < count; ++i) {
            result[i] = at.c_skip * states[first + i] + at.c_out * result[i];
        }
    });
}

}  // namespace scorefield::diffusion
