#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "gpu/buffer.hpp"
#include "gpu/device.hpp"
#include "gpu/planes.hpp"
#include "gpu/recorder.hpp"
#include "sample/executor.hpp"
#include "sample/shown_population.hpp"
#include "sample/snapshot_plan.hpp"

namespace scorefield::sample {

/// Limits and parts of a population.
struct PopulationSize {
    std::uint32_t particles = 0;  ///< at most
    int registers = 1;            ///< of a program, at most
    bool shown = false;           ///< copies the state to be shown, so that work on the next state leaves it alone
};

class GpuPopulation;

/// A program with the particles' start, ready for the population that has prepared it.
struct PreparedLoad {
    /// What the start is copied from; none: not given.
    struct Uploads {
        std::optional<gpu::Buffer> init, known, mask;
    };

    const GpuPopulation* population = nullptr;  ///< the one that has prepared it
    std::size_t snapshots = 0;                  ///< buffers for kept states that it had then
    PreparedProgram program;
    diffusion::ParticleRange range;
    Uploads uploads;
    SnapshotPlan plan;
    std::vector<gpu::Buffer> more_snapshots;  ///< beyond those
    std::vector<double> step_operations;
};

/// A population whose work is recorded for the GPU.
class GpuPopulation final : public ShownPopulation {
  public:
    /// `sources`: as Executor, which throws base::Error (request) where the size exceeds the device.
    GpuPopulation(gpu::Device& device, std::span<GpuSource* const> sources, const PopulationSize& size);
    /// An empty population of another size that shares sources and pipelines with `other`. If `other` is warmed up, it
    /// needs no warm-up. May be constructed on another thread while `other` is in use.
    GpuPopulation(const GpuPopulation& other, const PopulationSize& size);

    /// Makes everything that `load` needs: tables, start states, memory for states to go back to. May be called on
    /// another thread while this population advances, but not while it loads. `check_cancelled`: as Executor::prepare.
    /// Throws as `load`.
    PreparedLoad prepare(const diffusion::Program& program, std::uint64_t seed, diffusion::ParticleRange range,
                         const StartInputs& inputs, const std::function<void()>& check_cancelled = {}) const;
    /// Takes what this population has prepared since its last load; neither waits nor allocates. std::logic_error for
    /// anything else.
    void load(PreparedLoad prepared);
    void load(const diffusion::Program& program, std::uint64_t seed, diffusion::ParticleRange range,
              const StartInputs& inputs) override {
        load(prepare(program, seed, range, inputs));
    }
    void start(diffusion::ParticleRange range, const StartInputs& inputs) override;
    void restart() override;
    void seek(int state) override;
    double advance(const Budget& budget) override;
    bool arrived() const override;
    bool is_inside_evaluation() const override { return position_.part > 0; }
    int state() const override { return size_.shown ? shown_ : whole_; }
    bool is_provided_for(int state) const override {
        return started_ && whole_ == state && position_.is_between_steps();
    }
    bool works_by_itself() const override { return false; }
    std::uint64_t times_shown() const override { return times_shown_; }
    const diffusion::Program& program() const override { return executor_.program(); }
    diffusion::ParticleRange range() const override { return executor_.range(); }
    double operations() const override { return operations_; }

    /// Makes the driver compile every pipeline, and waits for it; `load` comes after it.
    void warm_up() { executor_.warm_up(); }
    void keep_states(std::uint64_t bytes) override;
    void wait() override {}
    void record_uploads(gpu::Recorder& recorder) override;

    /// The particles of state(): the copy where there is one, else the register, which the next advance changes.
    ParticleView particles() const override;
    const PopulationSize& size() const { return size_; }
    std::uint32_t dim() const { return executor_.dim(); }

  private:
    /// Work on the step after the last whole state: particles before `block` have taken it.
    struct Position {
        diffusion::ParticleRange block;  ///< count 0: the next block is not chosen yet
        std::size_t op = 0;
        std::uint32_t taken = 0;  ///< particles of the block that op is done for
        std::uint32_t part = 0;   ///< of the evaluation that follows

        bool is_between_steps() const { return block.first == 0 && block.count == 0; }
    };

    using Uploads = PreparedLoad::Uploads;

    /// The snapshots of a program: how many, and those that are missing.
    struct Snapshots {
        SnapshotPlan plan;
        std::vector<gpu::Buffer> more;
    };

    void make_shown_values();
    Uploads upload(const diffusion::Program& program, diffusion::ParticleRange range, const StartInputs& inputs) const;
    std::optional<gpu::Buffer> upload(const char* name, std::span<const float> rows, std::uint32_t count) const;
    void begin(diffusion::ParticleRange range, Uploads uploads);
    Snapshots make_snapshots(const diffusion::Program& program) const;
    void take(SnapshotPlan plan, std::vector<gpu::Buffer> more);
    /// Register plan_.registers[i] of a snapshot.
    const gpu::Buffer& snapshot(int number, std::size_t i) const;
    void record_start(gpu::Recorder& recorder);
    int last_kept_before_goal() const;
    void restore(gpu::Recorder& recorder, int number);
    double record_op(gpu::Recorder& recorder, double most);
    void choose_block(double most);
    void finish_step(gpu::Recorder& recorder, double left);
    void show(gpu::Recorder& recorder);
    void copy_register(gpu::Recorder& recorder, int reg, const gpu::Buffer& to) const;
    bool shows_on_the_way(double left) const;
    int register_of(int state) const { return state == 0 ? program().init_register : program().result; }

    gpu::Device& device_;
    PopulationSize size_;
    Executor executor_;
    gpu::Buffer shown_values_;  ///< (dim, stride) planes, where a copy is kept
    Uploads uploads_;
    std::uint64_t snapshot_bytes_ = 0;
    SnapshotPlan plan_;
    std::vector<gpu::Buffer> snapshots_;  ///< (dim, stride) planes: of each snapshot its registers
    std::vector<bool> kept_;              ///< by snapshot: it holds its state
    std::vector<double> step_operations_;
    double operations_ = 0;

    bool started_ = false;  ///< the start has been recorded
    int whole_ = 0;         ///< the last state that all particles have reached
    Position position_;
    int goal_ = 0;
    int shown_ = 0;
    std::uint64_t times_shown_ = 0;
    bool up_to_date_ = false;  ///< the shown state belongs to this program and these particles since the last restart
};

}  // namespace scorefield::sample
