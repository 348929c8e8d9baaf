#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "diffusion/program.hpp"
#include "gpu/buffer.hpp"
#include "gpu/recorder.hpp"

namespace scorefield::sample {

/// One evaluation for some of the particles: dst ← c_skip·src + c_out·F(c_in·src) with the coefficients, the time and
/// the scales of the prepared evaluation `row`, for particles first … first+count−1. Registers src and dst (may be the
/// same) are (dim, stride) planes of float32: element e of particle i is values[(reg·dim + e)·stride + i]. `stride` and
/// `first` are multiples of gpu::kParticleMultiple; whole workgroups may be written, nothing beyond count rounded up to
/// that multiple.
struct EvalBlock {
    std::uint32_t row = 0;
    std::uint32_t src = 0;
    std::uint32_t dst = 0;
    std::uint32_t stride = 0;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
};

/// The evaluations that one program asks of a source, ready to be recorded. Scratch memory is here, for one block of
/// particles: it does not grow with their number, and programs that share a source do not disturb each other.
class GpuEvaluations {
  public:
    GpuEvaluations() = default;
    virtual ~GpuEvaluations() = default;
    GpuEvaluations(const GpuEvaluations&) = delete;
    GpuEvaluations& operator=(const GpuEvaluations&) = delete;

    /// Puts tables that have been made in place of all earlier ones.
    using Take = std::function<void()>;
    /// Makes the tables for the evaluations of a program, in the program's order; when the result is called, evals[i]
    /// becomes row i (sources need t, alpha and sigma or c_noise, and c_in, c_skip, c_out; src, dst and source are the
    /// caller's). May be empty. May be called on another thread while earlier evaluations are recorded; the result is
    /// called between recordings, once, while this object lives. What was recorded earlier and is still in flight stays
    /// valid. `check_cancelled` is called now and then and may throw; empty: nothing.
    virtual Take make_tables(std::span<const diffusion::Eval> evals, const std::function<void()>& check_cancelled) = 0;
    /// Makes and takes them.
    void prepare(std::span<const diffusion::Eval> evals) { make_tables(evals, {})(); }
    /// Whether the tables on the GPU are those taken last and of the weights of now.
    virtual bool is_up_to_date() const = 0;
    /// Whether the source has other weights than the tables.
    virtual bool has_other_weights() const = 0;
    /// Brings the tables up to date; recorded before the next `record` where they are not.
    virtual void record_uploads(gpu::Recorder& recorder) = 0;

    /// The most particles of one block.
    virtual std::uint32_t block() const = 0;
    /// The dispatches of one evaluation of a block, between which recording may stop: at least 1.
    virtual std::uint32_t parts() const = 0;
    /// Records one part. The parts of a block come in order, perhaps in several recordings, before another block; rows
    /// and blocks come in any order, and again.
    virtual void record(gpu::Recorder& recorder, const gpu::Buffer& values, const EvalBlock& block,
                        std::uint32_t part) = 0;
};

/// What an `eval` asks of, on the GPU (on the host: diffusion::ScoreSource): a network, an exact target.
class GpuSource {
  public:
    GpuSource() = default;
    virtual ~GpuSource() = default;
    GpuSource(const GpuSource&) = delete;
    GpuSource& operator=(const GpuSource&) = delete;

    virtual std::uint32_t dim() const = 0;
    /// Floating-point operations per particle and evaluation, roughly: work is measured and cut by it. At least 1.
    virtual double operations() const = 0;
    /// Which kernels were chosen, e.g. `fused-64x3-g512`.
    virtual const std::string& variant() const = 0;

    /// Makes evaluations for the programs of one more population, of at most `particles` particles. The source must
    /// outlive them.
    virtual std::unique_ptr<GpuEvaluations> make_evaluations(std::uint32_t particles) = 0;
};

}  // namespace scorefield::sample
