#include "study/score_error.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/scaling.hpp"
#include "diffusion/exact_score.hpp"
#include "diffusion/target_empirical.hpp"
#include "study/known_data.hpp"

namespace scorefield::study {
namespace {

using diffusion::Prediction;

/// A network that says zero.
class Silence final : public diffusion::ScoreSource {
  public:
    int dim() const override { return 2; }
    void evaluate(std::span<const double> /*scaled*/, const diffusion::Eval& /*at*/,
                  std::span<double> out) const override {
        std::ranges::fill(out, 0.0);
    }
};

constexpr std::uint32_t kPoints = 600;

TEST(KnownData, AreStandardised) {
    for (const KnownData& data : {known_mixture(), known_swiss_roll()}) {
        const data::Points points = data::standardise(data.dataset->draw(3, 0, 20'000), data.dataset->scaling());
        const diffusion::AxisMoments exact = data.target->moments();
        double mean = 0;
        double square = 0;
        for (std::size_t axis = 0; axis < 2; ++axis) {
            double sum = 0;
            for (std::size_t i = 0; i < points.count; ++i) sum += static_cast<double>(points.values[2 * i + axis]);
            // 20 000 draws of deviation about 1: five standard errors.
            EXPECT_NEAR(sum / 20'000, exact.mean[axis], 0.035) << data.dataset->name();
            mean += exact.mean[axis] / 2;
            square += (exact.variance[axis] + exact.mean[axis] * exact.mean[axis]) / 2;
        }
        // The roll's units are estimated from 100 000 points: a standard error of 0.003 each.
        EXPECT_NEAR(mean, 0, 0.015) << data.dataset->name();
        EXPECT_NEAR(square, 1, 0.015) << data.dataset->name();
    }
}

// The denoiser of a data set tends to that of its distribution: at a noise of 0.5 about a twentieth of 20 000 points
// lies near enough to count, so that means of points that are at most 0.5 apart have a standard error of 0.016.
TEST(KnownData, RollIsTheDistributionThatItsPointsAreDrawnFrom) {
    const KnownData roll = known_swiss_roll();
    const data::Points points = data::standardise(roll.dataset->draw(7, 0, 20'000), roll.dataset->scaling());
    const diffusion::EmpiricalTarget empirical(points.values, 2);
    const diffusion::Marginal at = {1, 0.5};
    const std::vector<double> x = roll.target->sample(1, {0, 200}, at);
    std::vector<double> exact(x.size());
    std::vector<double> estimated(x.size());
    roll.target->denoise(x, at, exact);
    empirical.denoise(x, at, estimated);
    for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(exact[i], estimated[i], 0.08);
}

TEST(ScoreError, IsZeroOfTheExactScoreWhateverProcessAndPrediction) {
    base::ThreadPool pool(2);
    const KnownData data = known_mixture();
    for (const auto& [process, prediction] : {std::pair{"ddpm", Prediction::epsilon},
                                              {"edm", Prediction::edm},
                                              {"flow", Prediction::velocity},
                                              {"ve", Prediction::score},
                                              {"ou", Prediction::score}}) {
        const diffusion::ExactScore exact(data.target, prediction);
        for (const double ratio : {0.05, 1.28}) {
            const ScoreReference reference = score_reference(pool, *data.target, ratio, kPoints);
            const ScoreError error =
                score_error(pool, exact, prediction, *diffusion::make_process({.name = process}), reference);
            // Double precision, of which noise from data and data from noise lose as much as the ratio.
            EXPECT_LT(error.dense, 1e-9) << process << " " << ratio;
            EXPECT_LT(error.sparse.value_or(0), 1e-9) << process << " " << ratio;
        }
    }
}

TEST(ScoreError, IsOneOfAScoreOfZero) {
    base::ThreadPool pool(2);
    const ScoreReference reference = score_reference(pool, *known_mixture().target, 0.1, kPoints);
    const ScoreError error =
        score_error(pool, Silence(), Prediction::score, *diffusion::make_process({.name = "ve"}), reference);
    EXPECT_NEAR(error.dense, 1, 1e-12);
    EXPECT_NEAR(error.sparse.value(), 1, 1e-12);
}

// At small noise most of the square is empty; at large noise the data fill it.
TEST(ScoreReference, FindsPlacesWithoutDataWhereThereAreSome) {
    base::ThreadPool pool(2);
    const KnownData data = known_mixture();
    const ScoreReference narrow = score_reference(pool, *data.target, 0.1, kPoints);
    EXPECT_GT(narrow.sparse.size(), narrow.dense.size() / 2);
    const diffusion::Marginal at = {1, 0.1};
    std::vector<double> common = data.target->log_density(narrow.dense, at);
    std::ranges::sort(common);
    EXPECT_LT(std::ranges::max(data.target->log_density(narrow.sparse, at)), common[kPoints / 100] + 1e-12);
    EXPECT_TRUE(score_reference(pool, *data.target, 5, kPoints).sparse.empty());
}

}  // namespace
}  // namespace scorefield::study
