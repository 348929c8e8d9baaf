// The device's own ceilings and the random numbers.
#include <algorithm>

#include "base/random.hpp"
#include "bench/device_cases.hpp"
#include "gpu/pipeline.hpp"
#include "gpu/recorder.hpp"
#include "gpu/transfer.hpp"
#include "shaders/bench/multiply_add.comp.hpp"
#include "shaders/bench/multiply_add_push.h"
#include "shaders/bench/normals.comp.hpp"
#include "shaders/bench/normals_push.h"

namespace scorefield::bench {
namespace {

constexpr std::uint32_t kGroup = 128;  // every Vulkan device takes it

/// GPU seconds of one recording.
template <class Record>
double timed(gpu::Device& device, gpu::Recorder& recorder, Record&& record) {
    recorder.begin();
    {
        const auto scope = recorder.scope("work");
        record();
    }
    device.wait(device.submit(recorder));
    return recorder.timings().at(0).seconds;
}

class MultiplyAdd final : public Case {
  public:
    explicit MultiplyAdd(gpu::Device& device)
        : device_(device),
          recorder_(device, "multiply_add"),
          pipeline_(device, "multiply_add", shaders::bench_multiply_add_comp, {kGroup}),
          results_(device, "multiply_add results", kInvocations * sizeof(float)) {}

    std::string name() const override { return "multiply_add"; }
    double work() const override { return 2.0 * kChains * kSteps * kInvocations * kRounds; }
    std::string_view unit() const override { return "flop"; }
    Bound bound() const override { return Bound::arithmetic; }
    bool is_ceiling() const override { return true; }

    void check() override {
        run(1);
        float expected = 0;
        for (int k = 0; k < kChains; ++k) {
            float x = static_cast<float>(k);
            for (int step = 0; step < kSteps; ++step) x = x * kFactor + kAddend;
            expected += x;
        }
        const float got = gpu::download<float>(device_, results_).back();
        require_near(name(), static_cast<double>(got), static_cast<double>(expected), 1e-3);
        // Long enough to drown start-up costs, short enough for devices that are a thousand times slower than others.
        const double seconds = run(kRounds);
        timed_rounds_ = static_cast<int>(std::clamp(kRounds * 0.05 / seconds, 4.0, 1e5));
    }

    /// The share of kRounds in a run of as many rounds as suit the device.
    double measure() override { return run(timed_rounds_) * kRounds / timed_rounds_; }

  private:
    static constexpr int kChains = 12;  // as in the shader
    static constexpr int kSteps = 32;   // as in the shader
    static constexpr std::uint32_t kInvocations = 64 * kGroup;
    static constexpr int kRounds = 32;
    static constexpr float kFactor = 0.999F;
    static constexpr float kAddend = 0.001F;

    double run(int rounds) {
        const shaders::MultiplyAddPush push = {.a = kFactor, .c = kAddend, .rounds = rounds};
        return timed(device_, recorder_,
                     [&] { recorder_.dispatch(pipeline_, {gpu::writes(results_)}, push, kInvocations / kGroup); });
    }

    gpu::Device& device_;
    gpu::Recorder recorder_;
    gpu::ComputePipeline pipeline_;
    gpu::Buffer results_;
    int timed_rounds_ = kRounds;
};

class BufferCopy final : public Case {
  public:
    explicit BufferCopy(gpu::Device& device)
        : device_(device),
          recorder_(device, "buffer_copy"),
          source_(device, "copy source", kBytes),
          target_(device, "copy target", kBytes) {}

    std::string name() const override { return "buffer_copy"; }
    double work() const override { return 2.0 * kBytes; }
    std::string_view unit() const override { return "byte"; }
    Bound bound() const override { return Bound::bandwidth; }
    bool is_ceiling() const override { return true; }

    void check() override {
        timed(device_, recorder_, [&] {
            recorder_.fill(source_, 0x12345678);
            recorder_.copy(source_, target_);
        });
        const std::uint32_t last = gpu::download<std::uint32_t>(device_, target_).back();
        require_near(name(), last, 0x12345678, 0);
    }

    double measure() override {
        return timed(device_, recorder_, [&] { recorder_.copy(source_, target_); });
    }

  private:
    static constexpr VkDeviceSize kBytes = 64 << 20;

    gpu::Device& device_;
    gpu::Recorder recorder_;
    gpu::Buffer source_;
    gpu::Buffer target_;
};

class Normals final : public Case {
  public:
    explicit Normals(gpu::Device& device)
        : device_(device),
          recorder_(device, "normals"),
          pipeline_(device, "normals", shaders::bench_normals_comp, {kGroup}),
          results_(device, "normals results", kInvocations * sizeof(float)) {}

    std::string name() const override { return "normals"; }
    double work() const override { return 4.0 * kBlocks * kInvocations; }
    std::string_view unit() const override { return "normal"; }

    void check() override {
        measure();
        float sums[4] = {};
        for (std::uint32_t block = 0; block < kBlocks; ++block) {
            const auto z = base::normal4(0, kInvocations - 1, block, 0, 0);
            for (std::size_t e = 0; e < 4; ++e) sums[e] += z[e];
        }
        const float expected = sums[0] + sums[1] + sums[2] + sums[3];
        const float got = gpu::download<float>(device_, results_).back();
        require_near(name(), static_cast<double>(got), static_cast<double>(expected), 1e-4);
    }

    double measure() override {
        return timed(device_, recorder_, [&] {
            recorder_.dispatch(pipeline_, {gpu::writes(results_)}, shaders::NormalsPush{.blocks = kBlocks},
                               kInvocations / kGroup);
        });
    }

  private:
    static constexpr std::uint32_t kInvocations = 1 << 15;
    static constexpr std::uint32_t kBlocks = 16;

    gpu::Device& device_;
    gpu::Recorder recorder_;
    gpu::ComputePipeline pipeline_;
    gpu::Buffer results_;
};

}  // namespace

std::unique_ptr<Case> make_multiply_add(gpu::Device& device) {
    return std::make_unique<MultiplyAdd>(device);
}

std::unique_ptr<Case> make_buffer_copy(gpu::Device& device) {
    return std::make_unique<BufferCopy>(device);
}

std::unique_ptr<Case> make_normals(gpu::Device& device) {
    return std::make_unique<Normals>(device);
}

}  // namespace scorefield::bench
