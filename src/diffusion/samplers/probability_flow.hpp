#pragma once

#include <span>
#include <vector>

#include "diffusion/samplers/program_builder.hpp"
#include "diffusion/time_grid.hpp"

namespace scorefield::diffusion {

/// The probability flow as dz/du = slope: z = x over u = t, dx/dt = f x − ½g² score (Song et al. 2021, eq. 13), or
/// z = x/α over u = σ/α, dz/du = ε̂ (Song, Meng, Ermon 2021, eq. 14).
class ProbabilityFlow {
  public:
    /// Over the settings' variable, or the process's own.
    explicit ProbabilityFlow(ProgramBuilder& builder);
    ProbabilityFlow(ProgramBuilder& builder, Variable variable) : builder_(builder), variable_(variable) {}

    double coordinate(const Node& node) const;
    Node node_at(double coordinate) const;
    /// x = scale(node)·z.
    double scale(const Node& node) const;
    /// dst ← slope at register src, which stands at `node`. Limited estimates need register `spare` besides.
    void slope(const Node& node, int src, int dst, int spare) const;
    /// register 0 ← one step of Euler: a single evaluation. At the clean state it is the estimate of the data.
    void euler(const Step& step) const;
    /// The terms of scale(to)·(z + width·Σ weights[j]·slope_j): register 0 stands at `from`, slope j in register
    /// slots[j].
    std::vector<Term> moved(const Node& from, const Node& to, double width, std::span<const double> weights,
                            std::span<const int> slots) const;
    /// False where z is infinite: over σ/α without any signal.
    bool finite_at(const Node& node) const { return variable_ == Variable::time || node.at.alpha > 0; }

  private:
    ProgramBuilder& builder_;
    Variable variable_;
};

/// An explicit Runge–Kutta method: slope i is taken at z + h·Σ_j a[i][j]·slope_j after the share c[i] of the step;
/// the result is z + h·Σ b[i]·slope_i. `a` holds the rows below the diagonal, one after the other.
struct Tableau {
    std::span<const double> a;
    std::span<const double> b;
    std::span<const double> c;

    int stages() const { return static_cast<int>(c.size()); }
    /// Row i of `a`.
    std::span<const double> row(int i) const {
        const auto stage = static_cast<std::size_t>(i);
        return a.subspan(stage * (stage - 1) / 2, stage);
    }
};

extern const Tableau kHeun;
extern const Tableau kMidpoint;
extern const Tableau kClassical;

/// register 0 ← one step, slopes in registers 1 … stages. Where z is infinite at an end of the step, one of Euler,
/// whose limit is finite.
void runge_kutta_step(ProgramBuilder& builder, const ProbabilityFlow& flow, const Step& step, const Tableau& tableau);

}  // namespace scorefield::diffusion
