#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "diffusion/interpreter.hpp"
#include "diffusion/moments.hpp"
#include "diffusion/process.hpp"

namespace scorefield::diffusion {

/// Where to put what a target knows at n points of dimension d; what is left empty is not computed.
struct TargetAnswers {
    std::span<double> log_density = {};  ///< (n)
    std::span<double> score = {};        ///< (n, d), ∇ log p(x)
    std::span<double> denoised = {};     ///< (n, d), D = E[x_0 | x]
};

/// A distribution of x_0 that is known exactly under every marginal x = alpha·x_0 + sigma·ε, whatever the process: the
/// ground truth for samplers and networks. Immutable, usable from several threads. Points are (n, d) row-major.
class Target {
  public:
    virtual ~Target() = default;

    const std::string& name() const { return name_; }
    int dim() const { return dim_; }

    /// At n = x.size()/dim() points of one marginal: what depends on the marginal alone is computed once per call.
    virtual void evaluate(std::span<const double> x, const Marginal& at, const TargetAnswers& answers) const = 0;

    std::vector<double> log_density(std::span<const double> x, const Marginal& at) const {
        std::vector<double> out(x.size() / static_cast<std::size_t>(dim_));
        evaluate(x, at, {.log_density = out});
        return out;
    }
    void score(std::span<const double> x, const Marginal& at, std::span<double> out) const {
        evaluate(x, at, {.score = out});
    }
    void denoise(std::span<const double> x, const Marginal& at, std::span<double> out) const {
        evaluate(x, at, {.denoised = out});
    }

    /// Those of x_0, exactly.
    virtual AxisMoments moments() const = 0;

    /// Exact draws (count, d) of particles first … first+count−1 from stream base::kDataStream: particle i depends on
    /// (seed, i) alone.
    std::vector<double> sample(std::uint64_t seed, ParticleRange range, const Marginal& at = {}) const {
        std::vector<double> points(range.count * static_cast<std::size_t>(dim_));
        draw(seed, range, at, points);
        return points;
    }

  protected:
    Target(std::string name, int dim) : name_(std::move(name)), dim_(dim) {}
    Target(const Target&) = default;
    Target(Target&&) = default;
    Target& operator=(const Target&) = default;
    Target& operator=(Target&&) = default;

    /// `points` (count, d) holds zeros.
    virtual void draw(std::uint64_t seed, ParticleRange range, const Marginal& at, std::span<double> points) const = 0;

  private:
    std::string name_;
    int dim_ = 0;
};

}  // namespace scorefield::diffusion
