// Single instructions of programs on the host, for all particles: evaluations of a network and of an exact target, and
// a blend.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

#include "bench/host_cases.hpp"
#include "bench/stopwatch.hpp"
#include "data/mixture.hpp"
#include "diffusion/exact_score.hpp"
#include "diffusion/target_mixture.hpp"
#include "sample/host_exact_source.hpp"
#include "sample/host_executor.hpp"
#include "sample/host_parts.hpp"
#include "session/host_engine.hpp"

namespace scorefield::bench {
namespace {

using diffusion::Blend;
using diffusion::Eval;
using diffusion::Program;

/// One step: register 1 ← an evaluation of register 0 and, with a blend, register 2 ← that blend.
Program program_of(const Eval& eval, const Blend* blend = nullptr) {
    Program program;
    program.steps = 1;
    program.registers = blend == nullptr ? 2 : 3;
    program.result = program.registers - 1;
    program.ops.push_back({0, eval});
    if (blend != nullptr) program.ops.push_back({0, *blend});
    return program;
}

/// Times the last instruction of a program.
class InstructionCase : public Case {
  public:
    void check() override {
        fill();
        measure();
        require_finite();
        const std::size_t step = std::max<std::size_t>(particles_ / kChecked, 1) | 1;
        for (std::size_t particle = 0; particle < particles_; particle += step) require_right(particle);
        require_right(particles_ - 1);
    }

    double measure() override {
        const std::size_t op = executor_.program().ops.size() - 1;
        return seconds_of([&] {
            sample::for_host_parts(pool_, 0, executor_.blocks(),
                                   [&](const sample::HostPart& part, nn::AlignedFloats& scratch) {
                                       executor_.run(op, part.first, part.count, scratch);
                                   });
        });
    }

  protected:
    InstructionCase(base::ThreadPool& pool, std::unique_ptr<sample::HostSource> source, const Program& program,
                    std::uint32_t particles)
        : pool_(pool),
          source_(std::move(source)),
          sources_{source_.get()},
          executor_(sources_, particles, program.registers),
          particles_(particles) {
        executor_.load(executor_.prepare(program, 0, {}));
        executor_.set_particles({0, particles});
    }

    /// The result for a particle, in double precision.
    virtual std::vector<double> expected(std::size_t particle) const = 0;
    virtual double tolerance() const = 0;

    std::size_t particles() const { return particles_; }
    std::size_t dim() const { return executor_.dim(); }
    const sample::HostSource& source() const { return *source_; }
    /// A particle's state in a register.
    std::vector<double> state(int reg, std::size_t particle) const {
        std::vector<double> state;
        for (std::size_t e = 0; e < dim(); ++e) {
            state.push_back(executor_.planes(particle / sample::kHostBlock, reg)[place(particle, e)]);
        }
        return state;
    }

  private:
    static constexpr std::size_t kChecked = 500;

    static std::size_t place(std::size_t particle, std::size_t e) {
        return e * sample::kHostBlock + particle % sample::kHostBlock;
    }

    /// Numbers within ±2 in what is read, poison in the result.
    void fill() {
        const int result = executor_.program().result;
        for (std::size_t block = 0; block < executor_.blocks(); ++block) {
            std::ranges::fill(executor_.planes(block, result), std::numeric_limits<float>::quiet_NaN());
            for (int reg = 0; reg < result; ++reg) {
                std::size_t i = block * 7919 + static_cast<std::size_t>(reg) * 104'729;
                for (float& value : executor_.planes(block, reg)) {
                    value = static_cast<float>(i++ % 1009) / 252 - 2;
                }
            }
        }
    }

    void require_finite() const {
        const int result = executor_.program().result;
        for (std::size_t particle = 0; particle < particles_; ++particle) {
            for (const double value : state(result, particle)) {
                if (!std::isfinite(value)) throw wrong_result(name(), fmt::format("particle {}: {}", particle, value));
            }
        }
    }

    void require_right(std::size_t particle) const {
        const std::vector<double> got = state(executor_.program().result, particle);
        const std::vector<double> right = expected(particle);
        for (std::size_t e = 0; e < dim(); ++e) require_near(name(), got[e], right[e], tolerance());
    }

    base::ThreadPool& pool_;
    std::unique_ptr<sample::HostSource> source_;
    const sample::HostSource* sources_[1];
    sample::HostExecutor executor_;
    std::size_t particles_;
};

/// An evaluation, of which the reference is the same score in double precision.
class Evaluation final : public InstructionCase {
  public:
    Evaluation(base::ThreadPool& pool, const std::string& name, std::unique_ptr<sample::HostSource> source,
               std::unique_ptr<diffusion::ScoreSource> reference, const Eval& eval, std::uint32_t particles)
        : InstructionCase(pool, std::move(source), program_of(eval), particles),
          name_(fmt::format("{}_{}", name, particles)),
          reference_(std::move(reference)),
          eval_(eval) {}

    std::string name() const override { return name_; }
    double work() const override { return source().operations() * static_cast<double>(particles()); }
    std::string_view unit() const override { return "flop"; }
    Bound bound() const override { return Bound::arithmetic; }

  private:
    std::vector<double> expected(std::size_t particle) const override {
        std::vector<double> result(dim());
        reference_->evaluate(state(0, particle), eval_, result);
        return result;
    }
    /// Sums of up to some hundred products of numbers around 1, through a few layers: some dozens of roundings of
    /// 2^-24, measured below 1e-6.
    double tolerance() const override { return 1e-5; }

    std::string name_;
    std::unique_ptr<diffusion::ScoreSource> reference_;
    Eval eval_;
};

constexpr double kFirst = 0.75;
constexpr double kSecond = -0.375;

class BlendOfTwo final : public InstructionCase {
  public:
    BlendOfTwo(base::ThreadPool& pool, std::unique_ptr<sample::HostSource> source, const Eval& eval, const Blend& blend,
               std::uint32_t particles)
        : InstructionCase(pool, std::move(source), program_of(eval, &blend), particles) {}

    std::string name() const override { return fmt::format("blend_{}", particles()); }
    double work() const override { return static_cast<double>(3 * dim() * particles() * sizeof(float)); }
    std::string_view unit() const override { return "byte"; }
    Bound bound() const override { return Bound::bandwidth; }

  private:
    std::vector<double> expected(std::size_t particle) const override {
        std::vector<double> sum = state(0, particle);
        const std::vector<double> second = state(1, particle);
        for (std::size_t e = 0; e < dim(); ++e) sum[e] = kFirst * sum[e] + kSecond * second[e];
        return sum;
    }
    /// Three roundings of numbers below 4.
    double tolerance() const override { return 3 * 2 * 0x1p-24; }
};

/// The middle of a variance-preserving process.
constexpr double kAlpha = 0.6;
constexpr double kSigma = 0.8;

const diffusion::Parametrisation kDenoiser = diffusion::Prediction::x0;

/// Sixteen correlated Gaussians on a circle.
const std::shared_ptr<const diffusion::GaussianMixture>& mixture() {
    static const auto made = [] {
        constexpr std::size_t kComponents = 16;
        std::vector<data::MixtureComponent> components;
        for (std::size_t k = 0; k < kComponents; ++k) {
            const double angle = 2 * std::numbers::pi * static_cast<double>(k) / kComponents;
            components.push_back({1, {2 * std::cos(angle), 2 * std::sin(angle)}, {0.09, 0.03, 0.03, 0.04}});
        }
        return std::make_shared<const diffusion::GaussianMixture>(components);
    }();
    return made;
}

std::unique_ptr<sample::HostSource> mixture_source() {
    return sample::make_host_exact_source(*mixture(), kDenoiser, instruction_set_in_use());
}

}  // namespace

std::unique_ptr<Case> make_network(base::ThreadPool& pool, const model::Model& model, std::uint32_t particles) {
    return std::make_unique<Evaluation>(pool, "network", session::make_host_source(model), model.host_score(),
                                        Eval{.dst = 1, .src = 0, .c_noise = 500}, particles);
}

std::unique_ptr<Case> make_mixture(base::ThreadPool& pool, std::uint32_t particles) {
    return std::make_unique<Evaluation>(pool, "mixture_16", mixture_source(),
                                        std::make_unique<diffusion::ExactScore>(mixture(), kDenoiser),
                                        Eval{.dst = 1, .src = 0, .alpha = kAlpha, .sigma = kSigma}, particles);
}

std::unique_ptr<Case> make_blend(base::ThreadPool& pool, std::uint32_t particles) {
    return std::make_unique<BlendOfTwo>(pool, mixture_source(),
                                        Eval{.dst = 1, .src = 0, .alpha = kAlpha, .sigma = kSigma},
                                        Blend{2, {{0, kFirst}, {1, kSecond}}, {}}, particles);
}

}  // namespace scorefield::bench
