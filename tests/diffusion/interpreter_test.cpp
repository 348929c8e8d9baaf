#include "diffusion/interpreter.hpp"

#include <gmock/gmock.h>

#include "base/random.hpp"
#include "support.hpp"

namespace scorefield::diffusion {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::error_of;
using testing_support::FunctionSource;

Program one_step(int registers, std::vector<Instruction> instructions) {
    Program program;
    program.steps = 1;
    program.registers = registers;
    for (Instruction& instruction : instructions) program.ops.push_back({0, std::move(instruction)});
    return program;
}

std::vector<double> run(const Program& program, std::vector<double> start, std::uint32_t particles,
                        const ProgramInputs& inputs = {}) {
    return interpret(program, {}, start, 0, {0, particles}, {}, inputs);
}

TEST(Interpreter, EvaluatesTheAffineFormOfTheSourceThatTheOpNames) {
    const FunctionSource wrong(1, [](double, const Eval&) { return 1e9; });
    const FunctionSource source(1, [](double scaled, const Eval& at) { return scaled * scaled + at.c_noise; });
    const ScoreSource* const sources[] = {&wrong, &source};
    const Program program =
        one_step(1, {Eval{.dst = 0, .src = 0, .source = 1, .c_in = 2, .c_noise = 7, .c_skip = 10, .c_out = -1}});
    // 10·3 − ((2·3)² + 7)
    EXPECT_THAT(interpret(program, sources, std::vector{3.0}, 0, {0, 1}), ElementsAre(DoubleEq(-13)));
}

TEST(Interpreter, BlendReadsEverySourceBeforeItWrites) {
    const Program program = one_step(2, {Blend{.dst = 1, .terms = {{0, 3}}, .noise = {}},
                                         Blend{.dst = 0, .terms = {{0, 2}, {1, 1}, {0, 0.5}}, .noise = {}}});
    EXPECT_THAT(run(program, {1, -2}, 1), ElementsAre(5.5, -11));
}

// Both noise terms over six elements, so that a second block of four is entered, for particles that do not start at 0.
TEST(Interpreter, NoiseIsThatOfTheParticlesNumber) {
    const Program program =
        one_step(1, {Blend{.dst = 0, .terms = {{0, 1}}, .noise = {{0.5, 1, 3}, {-2, base::kDataStream, 4}}}});
    const std::vector<double> start(12, 1.0);
    const std::vector<double> state = interpret(program, {}, start, 77, {100, 2});
    for (std::uint32_t i = 0; i < 2; ++i) {
        for (std::uint32_t e = 0; e < 6; ++e) {
            const double first = static_cast<double>(base::normal(77, 100 + i, e, 3, 1));
            const double second = static_cast<double>(base::normal(77, 100 + i, e, 4, base::kDataStream));
            EXPECT_DOUBLE_EQ(state[i * 6 + e], 1 + 0.5 * first - 2 * second);
        }
    }
}

TEST(Interpreter, StartStateIsScaledNoiseWhateverTheBatch) {
    Program program;
    program.start = StartLaw::normal(3);
    const std::vector<double> whole = initial_state(program, 5, {0, 7}, 3);
    const std::vector<double> part = initial_state(program, 5, {4, 3}, 3);
    EXPECT_THAT(part, testing::ElementsAreArray(whole.begin() + 12, whole.end()));
    EXPECT_DOUBLE_EQ(whole[14], 3 * static_cast<double>(base::normal(5, 4, 2, 0, base::kInitStream)));
}

TEST(Interpreter, ClampsElementByElement) {
    EXPECT_THAT(run(one_step(1, {Clamp{.dst = 0, .low = -1, .high = 0.5}}), {-3, -0.25, 2}, 1),
                ElementsAre(-1, -0.25, 0.5));
}

// |x| of the first sample sorted: 0, 1, 2, 4; the 0.5 quantile lies half-way between 1 and 2. That of the second is
// 0.1, raised to 1; the third's is 30, lowered to max = 4.
TEST(Interpreter, ThresholdsEachSampleByItsOwnQuantile) {
    const Program program = one_step(1, {Threshold{.dst = 0, .ratio = 0.5, .max = 4}});
    const std::vector<double> state = run(program, {-4, 0, 1, 2, /**/ 0.1, -0.1, 0.1, 0.1, /**/ 30, 30, -30, 2}, 3);
    EXPECT_THAT(state, ElementsAre(-1, 0, DoubleEq(1 / 1.5), 1, /**/ 0.1, -0.1, 0.1, 0.1, /**/ 1, 1, -1, 0.5));
}

TEST(Interpreter, MasksWithTheInputsEvenInPlace) {
    Program program = one_step(3, {Mask{.dst = 0, .a = 1, .b = 0}});
    program.known_register = 1;
    program.mask_register = 2;
    EXPECT_THAT(run(program, {1, 2, 3}, 1, {.known = {10, 20, 30}, .mask = {0, 1, 0.5}}), ElementsAre(1, 20, 16.5));
}

TEST(Interpreter, ShowsTheResultAfterEveryStep) {
    Program program;
    program.steps = 2;
    program.ops = {{0, Blend{.dst = 0, .terms = {{0, 2}}, .noise = {}}},
                   {0, Blend{.dst = 0, .terms = {{0, 2}}, .noise = {}}},
                   {1, Blend{.dst = 0, .terms = {{0, 10}}, .noise = {}}}};
    std::vector<std::pair<int, double>> seen;
    interpret(program, {}, std::vector{1.0}, 0, {0, 1},
              [&](int step, std::span<const double> state) { seen.emplace_back(step, state[0]); });
    EXPECT_THAT(seen, ElementsAre(std::pair(0, 4.0), std::pair(1, 40.0)));
}

TEST(Interpreter, RefusesWhatDoesNotFit) {
    const Program program = one_step(1, {Eval{.dst = 0, .src = 0, .source = 1}});
    const FunctionSource source(2, [](double scaled, const Eval&) { return scaled; });
    const ScoreSource* const sources[] = {&source};
    EXPECT_THAT(error_of([&] {
                    interpret(program, sources, std::vector{1.0, 2.0}, 0, {0, 1});
                }),
                HasSubstr("(ops[0].source): source 1 of 1 does not exist; use a program that refers"));
    const Program fitting = one_step(1, {Eval{}});
    EXPECT_THROW(interpret(fitting, sources, std::vector{1.0}, 0, {0, 1}), std::invalid_argument);
}

}  // namespace
}  // namespace scorefield::diffusion
