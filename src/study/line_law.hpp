#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "diffusion/interpreter.hpp"
#include "diffusion/program.hpp"

namespace scorefield::study {

/// A law on the line as masses of equal cells, evenly spread within each: what a population of infinitely many
/// particles is like. Cell k is [low + k·width, low + (k+1)·width).
class LineLaw {
  public:
    /// Cells of every law: a power of two, for the convolution.
    static constexpr std::size_t kCells = 1 << 13;

    static LineLaw uniform(double low, double high);
    static LineLaw normal(double mean, double deviation);
    /// The law of a uniform point on [low, high]² projected onto the diagonal (1, 1)/√2: a triangle.
    static LineLaw diagonal_of_square(double low, double high);
    /// Gaussians of these weights (they sum to 1), means and deviations.
    static LineLaw mixture(std::span<const double> weights, std::span<const double> means,
                           std::span<const double> deviations);

    double low() const { return low_; }
    double width() const { return width_; }
    std::span<const double> masses() const { return masses_; }

    /// Mass below x.
    double cumulative(double x) const;
    /// Mass of [low, high).
    double share(double low, double high) const { return cumulative(high) - cumulative(low); }
    double mean() const;
    double variance() const;
    /// Mean and variance of what lies in [low, high).
    struct Part {
        double share = 0;
        double mean = 0;
        double variance = 0;
    };
    Part part(double low, double high) const;

    /// The law of images[k] … images[k+1] of the cells' edges (kCells + 1 of them), masses spread evenly between, plus
    /// N(0, noise²): exact but for the size of cells.
    LineLaw moved(std::span<const double> images, double noise) const;
    /// The cells' edges, kCells + 1.
    std::vector<double> edges() const;

  private:
    LineLaw(double low, double width, std::vector<double> masses)
        : low_(low), width_(width), masses_(std::move(masses)) {}

    /// A law by its distribution function on a range that holds all but nothing of it.
    template <class Function>
    static LineLaw of_function(double low, double high, const Function& cumulative);

    double low_ = 0;
    double width_ = 1;
    std::vector<double> masses_;
};

/// The exact law of the result after all steps of a program in one dimension, started from `start` in its initial
/// register: each deterministic stretch carries the cells, each noise convolves. None where the program is no Markov
/// chain of one register: where an instruction reads what was written before the last noise in another register, or
/// noises of different instructions are correlated.
std::optional<LineLaw> law_after(const diffusion::Program& program,
                                 std::span<const diffusion::ScoreSource* const> sources, LineLaw start);

}  // namespace scorefield::study
