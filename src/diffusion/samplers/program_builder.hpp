#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "diffusion/brownian.hpp"
#include "diffusion/pilot.hpp"
#include "diffusion/prediction.hpp"
#include "diffusion/program.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/time_grid.hpp"

namespace scorefield::diffusion {

/// Emits the ops of a sampler. Its state is register 0; other registers are numbered by the sampler as it likes. Every
/// estimate of x_0 is clamped or thresholded where the settings say so. Throws base::Error (request) at a coefficient
/// that is not finite in single precision, and at more than kMaxOps ops.
class ProgramBuilder {
  public:
    /// `pilot` is null where there is no score source to ask.
    ProgramBuilder(const TimeGrid& grid, const Parametrisation& parametrisation, const SamplerSettings& settings,
                   Pilot* pilot);

    /// The ops that follow belong to step `index`.
    void begin_step(int index) { step_ = index; }

    /// Refuses, before any is emitted, `count` repetitions at each of `steps` steps where a program (kMaxOps) does not
    /// hold them, naming `flag`, which says how many, and the largest count that fits. A repetition is `each` ops, a
    /// step has `beside` more.
    static void require_room(const char* flag, std::size_t steps, int count, std::size_t each, std::size_t beside);

    /// Estimates of x_0 are changed before use: ε̂ and x̂_0 of a node are then no affine forms of the state and F.
    bool limits() const { return settings_.clip.has_value() || settings_.threshold.has_value(); }

    /// dst ← x̂_0 of register src, which stands at `node`.
    void denoise(const Node& node, int src, int dst);
    /// The same without limits; and the limits alone.
    void estimate_data(const Node& node, int src, int dst);
    void limit(int dst);
    /// dst ← ε̂ of register src, of the unlimited x̂_0.
    void estimate_noise(const Node& node, int src, int dst);
    /// dst ← score of register src, of the unlimited x̂_0.
    void estimate_score(const Node& node, int src, int dst);
    /// dst ← F, the network's own output for register src.
    void evaluate(const Node& node, int src, int dst);
    /// ε̂ = c_skip·x + c_out·F of a state x and a network's output F at `node`.
    AffineForm noise_from_output(const Node& node) const { return noise_form(parametrisation_, node); }
    /// dst ← state·src + denoised·x̂_0(src) in as few ops as there can be: a single `eval` unless estimates are limited,
    /// which then stand in `spare` (≠ src, dst may be either).
    void combine(const Node& node, int src, int dst, double state, double denoised, int spare);
    /// dst ← Σ terms + Σ noise; what has coefficient 0 is left out.
    void blend(int dst, const std::vector<Term>& terms, const std::vector<NoiseTerm>& noise = {});
    /// dst ← m·a + (1−m)·b with the program's mask input.
    void mask(int dst, int a, int b);
    /// The program has the inputs of `mask`: registers that hold the known values and the mask from the start.
    void use_inputs(int known, int mask);

    /// coefficient times the standardised increment (W(u(from)) − W(u(to)))/√(u(from)−u(to)) of the Brownian path of
    /// the process's clock u between two nodes: a unit normal, independent of those of disjoint intervals. With
    /// settings.one_path the path does not depend on the steps; otherwise it takes as few draws as there can be, which
    /// take() counts. Empty where the coefficient is 0.
    std::vector<NoiseTerm> increment(double coefficient, const Node& from, const Node& to);
    /// coefficient times a normal of its own, independent of the path and of every other `index`: correctors, Langevin.
    static std::vector<NoiseTerm> fresh_noise(double coefficient, std::uint32_t index);

    /// The pilot, which has run all ops so far. Throws base::Error (request) where there is none: this sampler needs a
    /// model or a target.
    Pilot& pilot();

    /// How many ops there are; and away with those after the first `size`, which were only tried on the pilot: its
    /// registers keep what they wrote.
    std::size_t size() const { return program_.ops.size(); }
    void rewind(std::size_t size);

    const TimeGrid& grid() const { return grid_; }
    const Parametrisation& parametrisation() const { return parametrisation_; }
    const SamplerSettings& settings() const { return settings_; }

    /// The ops and the count of registers that they use; the other members are the caller's.
    Program take();

  private:
    void eval(const Node& node, int src, int dst, const AffineForm& form);
    void emit(Instruction instruction);
    void replace_increments();
    double finite(double coefficient) const;

    const TimeGrid& grid_;
    Parametrisation parametrisation_;
    const SamplerSettings& settings_;
    Pilot* pilot_;
    int path_depth_;
    std::vector<Interval> intervals_;  ///< of increments so far; until take() a draw has the number of its interval
    std::map<std::pair<double, double>, std::uint32_t> interval_numbers_;
    std::size_t piloted_ = 0;  ///< ops that the pilot has run
    int step_ = 0;
    Node at_;  ///< of the last evaluation
    Program program_;
};

}  // namespace scorefield::diffusion
