#include "sample/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "base/error.hpp"
#include "gpu/transfer.hpp"
#include "sample/executor.hpp"

namespace scorefield::sample {
namespace {

/// Network operations of one submission: half a second where ten milliseconds are a step, nothing to a GPU; far below
/// the two seconds after which drivers give up, far above what a submission costs.
constexpr double kOperationsPerSubmission = 1.3e10;
/// Of one step of one batch, which is never cut.
constexpr double kOperationsPerStep = 2e11;
constexpr std::uint32_t kLargestChunk = 1 << 17;

std::uint32_t default_chunk(const nn::GpuNetwork& network) {
    const double particles = kOperationsPerStep / network.operations();
    return static_cast<std::uint32_t>(std::clamp(particles, double{nn::kParticleMultiple}, double{kLargestChunk}));
}

/// A recorder with the states that its submission brings back.
struct Slot {
    gpu::Recorder recorder;
    gpu::Buffer states;  ///< (kept states, dim, stride)
    int first_state = 0;
    int kept = -1;  ///< −1: nothing in flight
};

class Run {
  public:
    Run(gpu::Device& device, nn::GpuNetwork& network, const RunRequest& request)
        : device_(device),
          request_(request),
          dim_(network.dim()),
          chunk_(std::min(request.chunk == 0 ? default_chunk(network) : request.chunk, request.particles)),
          executor_(device, network, chunk_, request.program.registers),
          steps_per_submission_(static_cast<int>(std::clamp(kOperationsPerSubmission / (network.operations() * chunk_),
                                                            1.0, static_cast<double>(request.program.steps)))),
          slots_{make_slot("samples, even"), make_slot("samples, odd")} {
        result_.samples = {request.particles, dim_, std::vector<float>(std::size_t{request.particles} * dim_)};
        if (request.trajectory) {
            result_.trajectory.resize((static_cast<std::size_t>(request.program.steps) + 1) * request.particles * dim_);
        }
        executor_.warm_up();
    }

    RunResult finish() {
        for (std::uint32_t done = 0; done < request_.particles; done += chunk_) {
            run_chunk(done, std::min(chunk_, request_.particles - done));
        }
        const auto& samples = result_.samples.values;
        const auto bad = std::find_if(samples.begin(), samples.end(), [](float x) { return !std::isfinite(x); });
        if (bad != samples.end()) {
            throw base::running_error(
                "sampling diverged", fmt::format("particle {}", (bad - samples.begin()) / static_cast<int>(dim_)),
                "its state is not finite", "use more --steps, another --spacing or --sampler.clip");
        }
        return std::move(result_);
    }

  private:
    Slot make_slot(const char* name) {
        const std::size_t states = request_.trajectory ? static_cast<std::size_t>(steps_per_submission_) + 1 : 1;
        return {{device_, name}, {device_, name, states * state_bytes(), gpu::MemoryUse::readback}};
    }

    VkDeviceSize state_bytes() const { return VkDeviceSize{dim_} * executor_.state().stride * sizeof(float); }

    void run_chunk(std::uint32_t done, std::uint32_t count) {
        const int steps = request_.program.steps;
        executor_.load(request_.program, request_.seed, {request_.first + done, count});
        std::optional<gpu::Buffer> init;
        if (!request_.init.empty()) init = upload_init(done, count);

        const auto start = std::chrono::steady_clock::now();
        std::size_t turn = 0;
        for (int step = 0; step < steps; step += steps_per_submission_, ++turn) {
            Slot& slot = slots_[turn % 2];
            collect(slot, done, count);
            const int end = std::min(steps, step + steps_per_submission_);
            slot.first_state = step == 0 ? 0 : step + 1;
            slot.kept = 0;
            slot.recorder.begin();
            if (step == 0) {
                init ? executor_.record_start(slot.recorder, *init) : executor_.record_start(slot.recorder);
                if (request_.trajectory) keep_state(slot);
            }
            for (int k = step; k < end; ++k) {
                executor_.record_step(slot.recorder, k);
                if (request_.trajectory) keep_state(slot);
            }
            if (!request_.trajectory && end == steps) keep_state(slot);
            device_.submit(slot.recorder);
            if (request_.progress) {
                request_.progress(std::uint64_t{done} * static_cast<std::uint64_t>(steps) +
                                  std::uint64_t{count} * static_cast<std::uint64_t>(step));
            }
        }
        collect(slots_[turn % 2], done, count);
        collect(slots_[(turn + 1) % 2], done, count);
        result_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }

    void keep_state(Slot& slot) {
        const ParticleView state = executor_.state();
        slot.recorder.copy(state.values, state.reg * state_bytes(), slot.states,
                           static_cast<VkDeviceSize>(slot.kept) * state_bytes(), state_bytes());
        ++slot.kept;
    }

    /// Waits for the slot's submission, if it has one, and takes its timings and states.
    void collect(Slot& slot, std::uint32_t done, std::uint32_t count) {
        if (slot.kept < 0) return;
        device_.wait(slot.recorder.submission());
        for (const gpu::Timing& timing : slot.recorder.timings()) {
            (timing.name == "network" ? result_.network_seconds : result_.sampler_seconds) += timing.seconds;
        }
        const std::span<const float> states = slot.states.mapped<float>();
        const std::size_t state_floats = state_bytes() / sizeof(float);
        for (int k = 0; k < slot.kept; ++k) {
            const std::span<const float> planes =
                states.subspan(static_cast<std::size_t>(k) * state_floats, state_floats);
            const int state = slot.first_state + k;
            if (request_.trajectory) {
                take(planes,
                     std::span(result_.trajectory)
                         .subspan((static_cast<std::size_t>(state) * request_.particles + done) * dim_),
                     count);
            }
            if (!request_.trajectory || state == request_.program.steps) {
                take(planes, std::span(result_.samples.values).subspan(std::size_t{done} * dim_), count);
            }
        }
        slot.kept = -1;
    }

    /// Planes (dim, stride) to rows (count, dim).
    void take(std::span<const float> planes, std::span<float> rows, std::uint32_t count) const {
        const std::size_t stride = executor_.state().stride;
        for (std::size_t i = 0; i < count; ++i) {
            for (std::size_t e = 0; e < dim_; ++e) rows[i * dim_ + e] = planes[e * stride + i];
        }
    }

    gpu::Buffer upload_init(std::uint32_t done, std::uint32_t count) {
        const std::size_t stride = executor_.state().stride;
        std::vector<float> planes(dim_ * stride);
        for (std::size_t i = 0; i < count; ++i) {
            for (std::size_t e = 0; e < dim_; ++e) planes[e * stride + i] = request_.init[(done + i) * dim_ + e];
        }
        return gpu::make_buffer<float>(device_, "start states", planes);
    }

    gpu::Device& device_;
    const RunRequest& request_;
    std::uint32_t dim_;
    std::uint32_t chunk_;
    Executor executor_;
    int steps_per_submission_;
    std::array<Slot, 2> slots_;
    RunResult result_;
};

}  // namespace

RunResult run(gpu::Device& device, nn::GpuNetwork& network, const RunRequest& request) {
    return Run(device, network, request).finish();
}

}  // namespace scorefield::sample
