// Exact targets on the host, on every instruction set, against the double-precision answers, within bounds worked out
// point by point.
#include "sample/host_exact_source.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "sample/exact_cases.hpp"

namespace scorefield::sample {
namespace {

using namespace exact_test;

constexpr float kPoison = std::numeric_limits<float>::quiet_NaN();
#ifdef SCOREFIELD_SANITIZED
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

/// Blocks of three registers, poisoned but for number 2, which holds the points; lanes beyond the last repeat it.
class Registers {
  public:
    Registers(std::span<const double> x, std::size_t dim)
        : dim_(dim), count_(x.size() / dim), values_(blocks() * stride(), kPoison) {
        for (std::size_t i = 0; i < blocks() * kHostBlock; ++i) {
            for (std::size_t e = 0; e < dim; ++e) {
                at(2, i, e) = static_cast<float>(x[std::min(i, count_ - 1) * dim + e]);
            }
        }
    }

    std::size_t blocks() const { return (count_ + kHostBlock - 1) / kHostBlock; }
    std::size_t stride() const { return 3 * dim_ * kHostBlock; }
    std::size_t place(std::size_t reg) const { return reg * dim_ * kHostBlock; }
    HostBlocks all() { return {values_.data(), stride(), blocks()}; }
    float& at(std::size_t reg, std::size_t particle, std::size_t e) {
        return values_[particle / kHostBlock * stride() + place(reg) + e * kHostBlock + particle % kHostBlock];
    }
    const nn::AlignedFloats& values() const { return values_; }

  private:
    std::size_t dim_;
    std::size_t count_;
    nn::AlignedFloats values_;
};

class HostExactSourceTest : public ::testing::TestWithParam<ExactCase> {};

// The bounds are small (ExactSourceTest asks for it), so that they can be exceeded.
TEST_P(HostExactSourceTest, AgreesWithDoublePrecisionOnEveryInstructionSetAndWritesNothingElse) {
    const auto& [kind, terms, dim, particles, prediction] = GetParam();
    const Parametrisation parametrisation(prediction, 0.7);
    const std::shared_ptr<const Target> target = make_target(kind, terms, dim);
    const struct {
        Marginal at;
        std::uint32_t row = 0;
    } cases[] = {{{1, 1e-3}, 1}, {{1, 0.1}, 2}, {{0.6, 0.8}, 3}, {{1e-3, 1}, 3}, {{0, 1}, 0}, {{1, 100}, 2}};
    for (const auto& [at, row] : cases) {
        if (at.alpha == 0 && prediction == Prediction::edm) continue;  // has no value there
        const Eval eval = evals_at(at, parametrisation)[row];
        const std::vector<double> x = states_at(*target, at, particles);
        std::vector<double> output(x.size());
        diffusion::ExactScore(target, parametrisation).evaluate(x, eval, output);
        const ExactForm answer = answer_of(eval, parametrisation);
        std::vector<double> bounds;
        for (std::size_t i = 0; i < particles; ++i) {
            const std::vector<double> bound = error_bound(*target, std::span(x).subspan(i * dim, dim), at, answer);
            bounds.insert(bounds.end(), bound.begin(), bound.end());
        }
        for (const base::InstructionSet set : base::runnable_instruction_sets()) {
            const std::unique_ptr<HostSource> source = make_host_exact_source(*target, parametrisation, set);
            ASSERT_EQ(source->dim(), dim);
            const std::unique_ptr<HostEvaluations> evaluations = source->make_evaluations();
            evaluations->make_tables(std::vector{eval, eval}, {})();
            Registers got(x, dim);
            nn::AlignedFloats scratch;
            evaluations->evaluate(1, got.all(), got.place(2), got.place(0), scratch);
            Registers again(x, dim);  // in place it is the same
            evaluations->evaluate(1, again.all(), again.place(2), again.place(2), scratch);
            for (std::size_t i = 0; i < particles; ++i) {
                for (std::size_t e = 0; e < dim; ++e) {
                    const std::size_t place = i * dim + e;
                    const double expected = eval.c_skip * x[place] + eval.c_out * output[place];
                    ASSERT_LE(std::abs(static_cast<double>(got.at(0, i, e)) - expected), bounds[place])
                        << source->variant() << " alpha " << at.alpha << " sigma " << at.sigma << " row " << row
                        << " particle " << i << " expected " << expected;
                    ASSERT_TRUE(std::isnan(got.at(1, i, e)));
                    ASSERT_EQ(got.at(2, i, e), static_cast<float>(x[place]));
                    ASSERT_EQ(again.at(2, i, e), got.at(0, i, e));
                }
            }
        }
    }
}

/// All of them; under AddressSanitizer, which is slow, small ones, by the same code.
std::vector<ExactCase> host_cases() {
    std::vector<ExactCase> cases;
    for (const ExactCase& one : kExactCases) {
        constexpr std::size_t kSmall = 5000;
        if (!kSanitized || (one.dim <= 17 && one.terms * one.dim * one.particles <= kSmall)) cases.push_back(one);
    }
    return cases;
}

INSTANTIATE_TEST_SUITE_P(Targets, HostExactSourceTest, ::testing::ValuesIn(host_cases()),
                         [](const auto& parameter) { return testing::PrintToString(parameter.param); });

// The limits of what is told: no sum of exponentials may come out empty, no difference of infinities.
TEST(HostExactSources, AreFiniteAtAllExtremes) {
    const std::shared_ptr<const Target> targets[] = {
        std::make_shared<GaussianMixture>(
            std::vector<diffusion::MixtureComponent>{{1, {-1e3, 0}, {1e-16, 0, 0, 1e4}},
                                                     {1e-9, {2, 1e5}, {1e-20, 0, 0, 1e-20}},
                                                     {3, {0, 0}, {1e12, 0, 0, 1e-20}}}),
        std::make_shared<EmpiricalTarget>(std::vector<float>{0, 0, 1e6F, -1e6F, 3, 1e-6F, 3, 1e-6F}, 2)};
    const double coordinates[] = {0, 1e-20, 1, -3, 1e3, -1e6, 1e12};
    std::vector<double> x;
    for (const double a : coordinates) {
        for (const double b : coordinates) x.insert(x.end(), {a, b});
    }
    for (const auto& target : targets) {
        for (const base::InstructionSet set : base::runnable_instruction_sets()) {
            const std::unique_ptr<HostSource> source = make_host_exact_source(*target, Prediction::x0, set);
            const std::unique_ptr<HostEvaluations> evaluations = source->make_evaluations();
            for (const Marginal& at : {Marginal{1, 1e-12}, {1, 1e-3}, {0.6, 0.8}, {1e-6, 1}, {1, 1e12}}) {
                evaluations->make_tables(std::vector{Eval{.alpha = at.alpha, .sigma = at.sigma}}, {})();
                Registers got(x, 2);
                nn::AlignedFloats scratch;
                evaluations->evaluate(0, got.all(), got.place(2), got.place(0), scratch);
                for (std::size_t i = 0; i < x.size() / 2; ++i) {
                    for (std::size_t e = 0; e < 2; ++e) {
                        ASSERT_TRUE(std::isfinite(got.at(0, i, e)))
                            << source->variant() << " sigma " << at.sigma << " at " << x[2 * i] << ", " << x[2 * i + 1];
                    }
                }
            }
        }
    }
}

TEST(HostExactSources, RefuseEvaluationsWithoutAnAnswer) {
    const EmpiricalTarget data(std::vector<float>{0, 1}, 1);
    const std::unique_ptr<HostSource> source = make_host_exact_source(data, Prediction::epsilon);
    const std::unique_ptr<HostEvaluations> evaluations = source->make_evaluations();
    try {
        evaluations->make_tables(std::vector{Eval{.sigma = 1}, Eval{.sigma = 0}}, {});
        FAIL() << "no error";
    } catch (const base::Error& error) {
        EXPECT_THAT(error.what(), ::testing::HasSubstr("evaluation 1"));
    }
}

}  // namespace
}  // namespace scorefield::sample
