// What a program may hold, and that it is counted before it is built.
#include <gmock/gmock.h>

#include "diffusion/program.hpp"
#include "diffusion/program_limits.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/spacing.hpp"
#include "support.hpp"

namespace scorefield::diffusion {
namespace {

using testing::HasSubstr;
using testing_support::error_of;

Program compile(const SamplerSettings& sampler, int steps) {
    return compile_program(make_time_grid(make_process({}), {}, steps), {Prediction::x0}, sampler);
}

std::string refusal(const SamplerSettings& sampler, int steps = 50) {
    return error_of([&] { compile(sampler, steps); });
}

TEST(ProgramBounds, CountAnnealedLangevinBeforeItIsBuilt) {
    EXPECT_EQ(refusal({.name = "annealed_langevin", .iterations = 1'000'000}),
              "too many steps (`sampler.iterations`): 50 x 1000000 are more than the 499900 that a program can hold; "
              "give at most 9998, or fewer `steps`");
    EXPECT_LE(
        compile({.name = "annealed_langevin", .iterations = 9998, .final_denoise = true, .clip = 1}, 50).ops.size(),
        kMaxOps);
    EXPECT_NE(refusal({.name = "annealed_langevin", .iterations = 9999}), "no error");
}

TEST(ProgramBounds, CountResamplesBeforeTheyAreBuilt) {
    EXPECT_THAT(refusal({.name = "repaint", .resamples = 1'000'000}),
                HasSubstr("(`sampler.resamples`): 50 x 1000000 are more than the"));
    EXPECT_THAT(refusal({.name = "repaint", .resamples = 1'000'000}), HasSubstr("give at most 3333"));
    EXPECT_LE(compile({.name = "repaint", .resamples = 3333, .clip = 1}, 50).ops.size(), kMaxOps);
    // A single step is gone through once.
    EXPECT_EQ(refusal({.name = "repaint", .resamples = 1'000'000}, 1), "no error");
}

TEST(ProgramBounds, CountCorrectionsBeforeTheyAreBuilt) {
    EXPECT_THAT(refusal({.name = "predictor_corrector", .corrector_steps = 1'000'000}),
                HasSubstr("(`sampler.corrector_steps`): 50 x 1000000 are more than the"));
}

TEST(ProgramBounds, HoldForEverySampler) {
    const auto grid = make_time_grid(make_process({.name = "vp"}), {.name = "even"}, 400'000);
    const std::string error = error_of([&] { compile_program(grid, {Prediction::x0}, {.name = "heun"}); });
    EXPECT_THAT(error, HasSubstr("too many steps (`steps`): step "));
    EXPECT_THAT(error, HasSubstr("exceeds the 1000000 ops that a program can hold; give at most "));
}

std::string program_text(const std::string& ops) {
    return R"({"version":1,"steps":1,"ops":[)" + ops + "]}";
}

TEST(ProgramBounds, HoldForFiles) {
    const std::string op = R"({"op":"clamp","step":0,"dst":0,"low":-1,"high":1})";
    std::string ops = op;
    for (std::size_t i = 1; i < kMaxOps; ++i) ops += "," + op;
    EXPECT_EQ(program_from_json(program_text(ops), "p.json").ops.size(), kMaxOps);
    EXPECT_THAT(error_of([&] { program_from_json(program_text(ops + "," + op), "p.json"); }),
                HasSubstr("(p.json: ops[1000000]): more than 1000000 ops"));
    std::string terms = "[0,1]";
    for (int i = 0; i < 5000; ++i) terms += ",[0,1]";
    EXPECT_THAT(error_of([&] {
                    program_from_json(program_text(R"({"op":"blend","step":0,"dst":0,"terms":[)" + terms + "]}"),
                                      "p.json");
                }),
                HasSubstr("more than 4096 values"));
}

TEST(ProgramBounds, QuoteFilesShortAndPrintable) {
    const std::string long_name = "\\u001b[31m" + std::string(1 << 20, 'A');
    for (const std::string& text :
         {program_text(R"({"op":")" + long_name + "\"}"), program_text(R"({"op":"mask",")" + long_name + "\":1}"),
          "{\"" + long_name + "\":1}", "{\"version\":\"" + std::string(1 << 20, 'A')}) {
        const std::string error = error_of([&] { program_from_json(text, "p.json"); });
        EXPECT_LT(error.size(), 500U) << error.substr(0, 1000);
        EXPECT_EQ(error.find('\x1b'), std::string::npos);
        EXPECT_NE(error, "no error");
    }
}

}  // namespace
}  // namespace scorefield::diffusion
