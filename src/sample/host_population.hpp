#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/thread_pool.hpp"
#include "base/trace.hpp"
#include "sample/host_executor.hpp"
#include "sample/population.hpp"
#include "sample/snapshot_plan.hpp"

namespace scorefield::sample {

/// A population whose work the processor does, on all threads of a pool. A block of particles takes as many steps as
/// the budget allows before the next one begins, so that its registers stay in the cache.
class HostPopulation final : public Population {
  public:
    /// `sources`, `particles`, `registers`: as HostExecutor. `pool` must outlive the population.
    HostPopulation(base::ThreadPool& pool, std::span<const HostSource* const> sources, std::uint32_t particles,
                   int registers);

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
    /// `budget.recorder` is not used, and no evaluation is divided: with `ends_with_evaluation` at most one step is
    /// done.
    double advance(const Budget& budget) override;
    bool arrived() const override { return started_ && whole_ == goal_ && next_block_ == 0; }
    bool is_inside_evaluation() const override { return false; }
    int state() const override { return whole_; }
    const diffusion::Program& program() const override { return executor_.program(); }
    diffusion::ParticleRange range() const override { return executor_.range(); }
    double operations() const override { return operations_; }

    /// Shows the work as events `host network` from now on; null: nothing does. The trace outlives the population.
    void trace_with(base::Trace* trace) { trace_ = trace; }
    /// Keeps states in at most `bytes` of memory, so that going back needs fewer evaluations. With 0, the initial
    /// value, going back starts from state 0.
    void keep_states(std::uint64_t bytes);
    /// Bytes that kept states take.
    std::uint64_t kept_bytes() const { return snapshots_.size() * sizeof(float); }

    /// rows (count, dim) ← the particles of state(). std::logic_error while particles are between two states.
    void read(std::span<float> rows) const;
    /// planes (dim, stride) ← the same.
    void read_planes(std::span<float> planes, std::size_t stride) const;
    std::size_t dim() const { return executor_.dim(); }

  private:
    void require_state() const;
    void require(const diffusion::Program& program, diffusion::ParticleRange range, const StartInputs& inputs) const;
    void begin(diffusion::ParticleRange range, const StartInputs& inputs);
    void put_at_start();
    void restore(int number);
    void plan();
    int last_kept_before_goal() const;
    void run(std::size_t first_block, std::size_t blocks, int first_step, int last_step);
    int snapshot_of(int state) const;
    void keep(std::size_t block, int state);
    void finish_step();
    float* snapshot(int number, std::size_t block);
    int register_of(int state) const { return state == 0 ? program().init_register : program().result; }

    base::ThreadPool& pool_;
    HostExecutor executor_;
    base::Trace* trace_ = nullptr;
    std::vector<float> init_, known_, mask_;  ///< (count, dim); empty: not given
    std::uint64_t snapshot_bytes_ = 0;
    SnapshotPlan plan_;
    std::vector<float> snapshots_;  ///< (snapshots, blocks, registers, dim, kHostBlock)
    std::vector<bool> kept_;        ///< by snapshot: it holds its state
    std::vector<double> step_operations_;
    double operations_ = 0;

    bool started_ = false;        ///< the particles are at some state
    int whole_ = 0;               ///< the last state that all particles have reached
    std::size_t next_block_ = 0;  ///< blocks before it have taken the step after that state
    int goal_ = 0;
};

}  // namespace scorefield::sample
