// A whole picture of a particle cloud at 1280×720: what a frame costs beside sampler and user interface.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/random.hpp"
#include "bench/device_cases.hpp"
#include "gpu/readback.hpp"
#include "gpu/recorder.hpp"
#include "gpu/transfer.hpp"
#include "render/renderer.hpp"

namespace scorefield::bench {
namespace {

constexpr VkExtent2D kExtent = {1280, 720};

class Frame final : public Case {
  public:
    Frame(gpu::Device& device, std::uint32_t particles)
        : device_(device), recorder_(device, "frame"), renderer_(device, kExtent, particles), particles_(particles) {
        std::vector<float> planes(std::size_t{2} * particles);
        for (std::uint32_t i = 0; i < particles; ++i) {
            const auto z = base::normal4(0, i, 0, 0, base::kInitStream);
            planes[i] = z[0];
            planes[particles + i] = z[1];
        }
        values_ = gpu::make_buffer<float>(device, "frame bench particles", planes);
        camera_.half_height = 3.5;
    }

    std::string name() const override { return fmt::format("frame_{}", particles_); }
    double work() const override { return particles_; }
    std::string_view unit() const override { return "particle"; }

    void check() override {
        renderer_.warm_up();
        measure();
        gpu::Readback<std::uint8_t> pixels(device_, "frame bench pixels",
                                           std::size_t{4} * kExtent.width * kExtent.height);
        recorder_.begin();
        pixels.record(recorder_, renderer_.scene());
        pixels.submitted(device_.submit(recorder_));
        const std::span<const std::uint8_t> rgba = pixels.wait();
        if (*std::max_element(rgba.begin(), rgba.end() - 1) < 128) {
            throw wrong_result(name(), "the picture is dark");
        }
    }

    double measure() override {
        recorder_.begin();
        renderer_.record(recorder_, {values_, 0, particles_, particles_, 2}, camera_, {}, {});
        device_.wait(device_.submit(recorder_));
        double seconds = 0;
        for (const gpu::Timing& timing : recorder_.timings()) seconds += timing.seconds;
        return seconds;
    }

  private:
    gpu::Device& device_;
    gpu::Recorder recorder_;
    render::Renderer renderer_;
    render::Camera2d camera_;
    std::uint32_t particles_;
    gpu::Buffer values_;
};

}  // namespace

std::unique_ptr<Case> make_frame(gpu::Device& device, std::uint32_t particles) {
    return std::make_unique<Frame>(device, particles);
}

}  // namespace scorefield::bench
