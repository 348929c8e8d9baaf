#include <gmock/gmock.h>

#include "diffusion/sampler.hpp"
#include "diffusion/spacing.hpp"
#include "support.hpp"

namespace scorefield::diffusion {
namespace {

using testing_support::FunctionSource;

struct Row {
    const char* schedule;
    const char* sampler;
    const char* spacing;
    Prediction prediction;
    int steps;
    double sum;
};

// Σ|x| in double precision of the public diffusers library (commit 58eb52c): 768 start values i/768 through a model
// that returns s·t/(t+1). DDIMScheduler there goes to t − T/N, not to the next time of its list: the rows are those
// whose spacing makes the two the same (leading and trailing with N dividing T), without clipping.
// DPMSolverMultistepScheduler: dpmsolver++, midpoint, final sigma zero; its `linspace` is `even` here; with solver
// order 1 it is DDIM.
constexpr Row kRows[] = {
    {"linear", "ddim", "leading", Prediction::epsilon, 10, 172.006522168},
    {"linear", "ddim", "leading", Prediction::v, 10, 52.5301238453},
    {"linear", "ddim", "leading", Prediction::v, 25, 70.180499723},
    {"linear", "ddim", "trailing", Prediction::epsilon, 25, 185.390105626},
    {"linear", "ddim", "trailing", Prediction::x0, 25, 702.180775922},
    {"linear", "ddim", "trailing", Prediction::x0, 10, 676.359947077},
    {"linear", "ddim", "trailing", Prediction::v, 25, 69.1233292526},
    {"cosine", "ddim", "leading", Prediction::epsilon, 25, 189.089247776},
    {"cosine", "ddim", "trailing", Prediction::epsilon, 25, 424.749971337},
    {"linear", "ddim", "even", Prediction::epsilon, 20, 182.759087807},
    {"linear", "ddim", "even", Prediction::v, 5, 20.2627032465},
    {"linear", "dpmpp_2m", "even", Prediction::epsilon, 5, 149.566588024},
    {"linear", "dpmpp_2m", "even", Prediction::epsilon, 10, 185.011369311},
    {"linear", "dpmpp_2m", "even", Prediction::v, 5, 30.4410234869},
    {"linear", "dpmpp_2m", "even", Prediction::v, 10, 75.6620166243},
    {"linear", "dpmpp_2m", "even", Prediction::v, 20, 82.9497037749},
};

// The figures are printed with twelve digits; two ways of rounding in between stay well below 1e-9 relative.
TEST(SchedulerValues, AgreeWithThePublicLibrary) {
    const FunctionSource model(1, [](double scaled, const Eval& at) { return scaled * at.c_noise / (at.c_noise + 1); });
    std::vector<double> start;
    for (int i = 0; i < 768; ++i) start.push_back(i / 768.0);
    for (const Row& row : kRows) {
        const auto process = make_process({.schedule = row.schedule});
        const Program program = compile_program(Course(process, make_timesteps(*process, row.spacing, row.steps)),
                                                row.prediction, {.name = row.sampler});
        const ScoreSource* const sources[] = {&model};
        double sum = 0;
        for (const double x : interpret(program, sources, start, 0, {0, 768})) sum += std::abs(x);
        EXPECT_NEAR(sum / row.sum, 1, 1e-9)
            << row.schedule << " " << row.sampler << " " << row.spacing << " " << row.steps;
    }
}

}  // namespace
}  // namespace scorefield::diffusion
