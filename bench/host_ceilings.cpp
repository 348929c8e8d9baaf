// The processor's own ceilings and the random numbers.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>
#include <span>
#include <vector>

#include "base/normal_kernels.hpp"
#include "base/random.hpp"
#include "bench/host_cases.hpp"
#include "bench/multiply_add_kernels.hpp"
#include "bench/stopwatch.hpp"
#include "nn/aligned.hpp"

namespace scorefield::bench {
namespace {

constexpr float kPoison = std::numeric_limits<float>::quiet_NaN();

class MultiplyAdd final : public Case {
  public:
    MultiplyAdd(base::ThreadPool& pool, bool all_threads)
        : pool_(pool),
          all_threads_(all_threads),
          parts_(all_threads ? pool.threads() * kPartsPerThread : kPartsPerThread),
          start_(kernels_.numbers),
          results_(parts_ * kernels_.numbers, kPoison) {
        for (std::size_t i = 0; i < start_.size(); ++i) start_[i] = static_cast<float>(i) / 256;
    }

    std::string name() const override { return all_threads_ ? "multiply_add" : "multiply_add_1_thread"; }
    double work() const override { return 2.0 * static_cast<double>(parts_ * kernels_.numbers * kRounds); }
    std::string_view unit() const override { return "flop"; }
    Bound bound() const override { return Bound::arithmetic; }
    bool is_ceiling() const override { return all_threads_; }

    /// Each of ten steps rounds once or twice, to 2^-24 of numbers below 1; the factor is below 1, so that errors add
    /// up at most.
    void check() override {
        run(kChecked);
        const double factor = kFactor;
        const double power = std::pow(factor, kChecked);
        for (std::size_t i = 0; i < results_.size(); ++i) {
            const double fixed = static_cast<double>(kAddend) / (1 - factor);
            const double start = start_[i % start_.size()];
            require_near(name(), results_[i], fixed + power * (start - fixed), 2 * kChecked * 0x1p-24);
        }
    }

    double measure() override {
        return seconds_of([&] { run(kRounds); });
    }

  private:
    static constexpr std::size_t kPartsPerThread = 4;
    static constexpr std::size_t kChecked = 10;
    static constexpr std::size_t kRounds = 500'000;
    static constexpr float kFactor = 0.75F;
    static constexpr float kAddend = 0.125F;

    void run(std::size_t rounds) {
        const auto task = [&](std::size_t part) {
            kernels_.run(kFactor, kAddend, rounds, start_.data(), results_.data() + part * kernels_.numbers);
        };
        if (all_threads_) return pool_.run(parts_, task);
        for (std::size_t part = 0; part < parts_; ++part) task(part);
    }

    base::ThreadPool& pool_;
    bool all_threads_;
    const MultiplyAddKernels& kernels_ = multiply_add_kernels(instruction_set_in_use());
    std::size_t parts_;
    nn::AlignedFloats start_;
    nn::AlignedFloats results_;
};

class MemoryCopy final : public Case {
  public:
    explicit MemoryCopy(base::ThreadPool& pool) : pool_(pool), source_(kFloats), target_(kFloats, kPoison) {
        for (std::size_t i = 0; i < kFloats; ++i) source_[i] = static_cast<float>(i % 8191);
    }

    std::string name() const override { return "memory_copy"; }
    double work() const override { return 2.0 * kFloats * sizeof(float); }
    std::string_view unit() const override { return "byte"; }
    Bound bound() const override { return Bound::bandwidth; }
    bool is_ceiling() const override { return true; }

    void check() override {
        measure();
        if (source_ != target_) throw wrong_result(name(), "the copy differs");
    }

    double measure() override {
        constexpr std::size_t kParts = 64;
        constexpr std::size_t kFloatsOfPart = kFloats / kParts;
        return seconds_of([&] {
            pool_.run(kParts, [&](std::size_t part) {
                std::memcpy(target_.data() + part * kFloatsOfPart, source_.data() + part * kFloatsOfPart,
                            kFloatsOfPart * sizeof(float));
            });
        });
    }

  private:
    /// 128 MiB, more than caches hold.
    static constexpr std::size_t kFloats = std::size_t{1} << 25U;

    base::ThreadPool& pool_;
    nn::AlignedFloats source_;
    nn::AlignedFloats target_;
};

/// Four normals in double precision, from the words of the generator (base/random.hpp).
std::array<double, 4> exact_normals(std::uint32_t particle, std::uint32_t block) {
    const std::array<std::uint32_t, 4> words = base::philox4x32({particle, block, 0, 0}, {0, 0});
    std::array<double, 4> normals = {};
    for (std::size_t pair = 0; pair < 2; ++pair) {
        const double radius = std::sqrt(-2 * std::log((words[2 * pair] + 1.0) * 0x1p-32));
        const double angle = 2 * std::numbers::pi * words[2 * pair + 1] * 0x1p-32;
        normals[2 * pair] = radius * std::cos(angle);
        normals[2 * pair + 1] = radius * std::sin(angle);
    }
    return normals;
}

class Normals final : public Case {
  public:
    explicit Normals(base::ThreadPool& pool) : pool_(pool) {}

    std::string name() const override { return "normals"; }
    double work() const override { return static_cast<double>(kElements * base::kNormalParticles * kBlocks * kParts); }
    std::string_view unit() const override { return "normal"; }

    /// base::normal4 is within 1e-6 of exact arithmetic.
    void check() override {
        std::array<float, kElements* base::kNormalParticles> got = {};
        for (const std::uint32_t block : {0U, kBlocks - 1}) {
            got.fill(kPoison);
            draw(block, got.data());
            for (std::uint32_t i = 0; i < base::kNormalParticles; ++i) {
                const std::array<double, 4> expected = exact_normals(i, block);
                for (std::size_t e = 0; e < kElements; ++e) {
                    require_near(name(), got[e * base::kNormalParticles + i], expected[e], 1e-6);
                }
            }
        }
        measure();
    }

    double measure() override {
        return seconds_of([&] {
            pool_.run(kParts, [&](std::size_t) {
                std::array<float, kElements* base::kNormalParticles> normals = {};
                for (std::uint32_t block = 0; block < kBlocks; ++block) draw(block, normals.data());
            });
        });
    }

  private:
    static constexpr std::size_t kElements = 4;
    static constexpr std::uint32_t kBlocks = 256;
    static constexpr std::size_t kParts = 64;

    void draw(std::uint32_t block, float* to) const { kernels_.normal_planes(0, 0, block, 0, 0, kElements, to); }

    base::ThreadPool& pool_;
    const base::NormalKernels& kernels_ = base::normal_kernels(instruction_set_in_use());
};

}  // namespace

extern const MultiplyAddKernels plain_multiply_add_kernels;
#ifdef SCOREFIELD_X86_KERNELS
extern const MultiplyAddKernels avx2_multiply_add_kernels;
extern const MultiplyAddKernels avx512_multiply_add_kernels;
#endif

const MultiplyAddKernels& multiply_add_kernels(base::InstructionSet set) {
#ifdef SCOREFIELD_X86_KERNELS
    if (set == base::InstructionSet::avx512) return avx512_multiply_add_kernels;
    if (set == base::InstructionSet::avx2) return avx2_multiply_add_kernels;
#endif
    (void)set;
    return plain_multiply_add_kernels;
}

std::unique_ptr<Case> make_multiply_add(base::ThreadPool& pool, bool all_threads) {
    return std::make_unique<MultiplyAdd>(pool, all_threads);
}

std::unique_ptr<Case> make_memory_copy(base::ThreadPool& pool) {
    return std::make_unique<MemoryCopy>(pool);
}

std::unique_ptr<Case> make_normals(base::ThreadPool& pool) {
    return std::make_unique<Normals>(pool);
}

}  // namespace scorefield::bench
