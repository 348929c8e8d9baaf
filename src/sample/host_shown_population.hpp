#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "base/thread_pool.hpp"
#include "gpu/buffer.hpp"
#include "gpu/device.hpp"
#include "sample/host_population.hpp"
#include "sample/shown_population.hpp"

namespace scorefield::sample {

/// A population that the host computes, on a thread of its own, and the device shows. A state is published when all
/// particles have reached it; `advance` copies it to the device, and never waits for it.
class HostShownPopulation final : public ShownPopulation {
  public:
    /// `sources`, `particles`, `registers`: as HostExecutor. At most `in_flight` recordings under way at once.
    HostShownPopulation(gpu::Device& device, std::span<const HostSource* const> sources, std::uint32_t particles,
                        int registers, std::size_t in_flight);
    ~HostShownPopulation() override;

    void load(const diffusion::Program& program, std::uint64_t seed, diffusion::ParticleRange range,
              const StartInputs& inputs) override {
        load(program, seed, range, inputs, {});
    }
    /// `check_cancelled`: as HostExecutor::prepare.
    void load(const diffusion::Program& program, std::uint64_t seed, diffusion::ParticleRange range,
              const StartInputs& inputs, const std::function<void()>& check_cancelled);
    void start(diffusion::ParticleRange range, const StartInputs& inputs) override;
    void restart() override;
    void seek(int state) override;
    /// Asks for the goal; records a copy where it is ready and to be shown. No operations of the device: 0. Rethrows
    /// what the work has thrown.
    double advance(const Budget& budget) override;
    bool arrived() const override { return up_to_date_ && shown_ == goal_; }
    bool is_inside_evaluation() const override { return false; }
    int state() const override { return shown_; }
    const diffusion::Program& program() const override { return population_.program(); }
    diffusion::ParticleRange range() const override { return population_.range(); }
    double operations() const override { return population_.operations(); }

    ParticleView particles() const override;
    std::uint64_t times_shown() const override { return times_shown_; }
    bool is_provided_for(int state) const override { return wanted_ == state; }
    bool works_by_itself() const override { return true; }
    void wait() override;
    void record_uploads(gpu::Recorder& /*recorder*/) override {}
    void keep_states(std::uint64_t bytes) override;

  private:
    void end_work();
    void work();
    void ask_for(int state);
    void show(gpu::Recorder& recorder);

    base::ThreadPool pool_;
    HostPopulation population_;  ///< used by the thread alone while it runs
    std::uint32_t stride_;
    gpu::Buffer shown_values_;          ///< (dim, stride) planes
    std::vector<gpu::Buffer> staging_;  ///< in turn
    std::size_t next_staging_ = 0;

    int goal_ = 0;
    int shown_ = 0;
    bool up_to_date_ = false;  ///< the shown state belongs to this program and these particles since the last restart
    std::uint64_t times_shown_ = 0;
    int wanted_ = -1;  ///< the state that the thread was asked for last; −1: none since the last restart

    std::mutex mutex_;
    std::condition_variable asked_, published_;
    // Guarded by the mutex:
    int task_ = -1;                    ///< the state to go to; −1: none
    bool restarts_ = false;            ///< from the start
    bool ends_ = false;                ///< the thread ends
    int ready_ = -1;                   ///< the state in `ready_values_`; −1: none
    std::vector<float> ready_values_;  ///< (dim, stride) planes
    std::exception_ptr failure_;
    std::thread thread_;
};

}  // namespace scorefield::sample
