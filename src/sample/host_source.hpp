#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "diffusion/program.hpp"
#include "nn/aligned.hpp"
#include "sample/host_blocks.hpp"

namespace scorefield::sample {

/// The evaluations of the programs of one population on the host.
class HostEvaluations {
  public:
    /// Takes what make_tables has made; neither waits nor allocates.
    using Take = std::function<void()>;

    HostEvaluations() = default;
    virtual ~HostEvaluations() = default;
    HostEvaluations(const HostEvaluations&) = delete;
    HostEvaluations& operator=(const HostEvaluations&) = delete;

    /// Makes tables for these evaluations, the rows of `evaluate`. May be called on another thread while the ones
    /// before are in use. `check_cancelled` is called now and then and may throw; empty: nothing. Throws base::Error
    /// (request) for an evaluation without an answer.
    virtual Take make_tables(std::span<const diffusion::Eval> evals, const std::function<void()>& check_cancelled) = 0;

    /// dst ← c_skip·src + c_out·F(c_in·src) of the evaluation `row` for all particles of the blocks; `src` and `dst`
    /// are places of registers in a block and may be the same. `scratch` is made as large as is needed. May be called
    /// from several threads at once, each with blocks and scratch of its own.
    virtual void evaluate(std::uint32_t row, const HostBlocks& blocks, std::size_t src, std::size_t dst,
                          nn::AlignedFloats& scratch) const = 0;
};

/// What an `eval` asks of, on the host in single precision (in double precision: diffusion::ScoreSource): a network, an
/// exact target.
class HostSource {
  public:
    HostSource() = default;
    virtual ~HostSource() = default;
    HostSource(const HostSource&) = delete;
    HostSource& operator=(const HostSource&) = delete;

    virtual std::size_t dim() const = 0;
    /// Floating-point operations per particle and evaluation, roughly: work is measured and cut by it. At least 1.
    virtual double operations() const = 0;
    /// Which kernels were chosen, e.g. `host-avx2-64x3`.
    virtual const std::string& variant() const = 0;

    /// Makes evaluations for the programs of one more population. The source must outlive them.
    virtual std::unique_ptr<HostEvaluations> make_evaluations() const = 0;
};

}  // namespace scorefield::sample
