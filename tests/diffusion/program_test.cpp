#include "diffusion/program.hpp"

#include <gmock/gmock.h>

#include <bit>
#include <limits>
#include <random>

#include "support.hpp"

namespace scorefield::diffusion {
namespace {

using testing::HasSubstr;
using testing_support::error_of;

/// Two steps with every kind of op.
Program every_op() {
    Program program;
    program.sampler = "made \"up\"";
    program.process = "ddpm";
    program.steps = 2;
    program.registers = 4;
    program.start = StartLaw::normal(1.5);
    program.known_register = 2;
    program.mask_register = 3;
    program.ops = {
        {0, Eval{.dst = 1,
                 .src = 0,
                 .source = 2,
                 .t = 10,
                 .alpha = 0.1,
                 .sigma = 0.9,
                 .c_in = 2,
                 .c_noise = 0.3,
                 .c_skip = -0.0,
                 .c_out = 1.0 / 3}},
        {0, Threshold{.dst = 1, .ratio = 0.9, .max = 2}},
        {0, Blend{.dst = 0, .terms = {{0, 0.1}, {1, 5e-324}}, .noise = {{0.7, 1, 4294967295U}, {-2, 9, 0}}}},
        {1, Clamp{.dst = 0, .low = -2, .high = 1e300}},
        {1, Mask{.dst = 0, .a = 2, .b = 0}},
    };
    return program;
}

TEST(ProgramJson, HasTheDocumentedLayout) {
    EXPECT_EQ(to_json(every_op()),
              R"({"version":2,"sampler":"made \"up\"","steps":2,"evaluations":1,"registers":4,
 "process":{"name":"ddpm"},
 "threshold":{"ratio":0.90000000000000002,"max":2},
 "init":{"register":0,"scale":1.5},
 "inputs":{"known":2,"mask":3},
 "ops":[
  {"op":"eval","step":0,"dst":1,"src":0,"source":2,"t":10,"alpha":0.10000000000000001,"sigma":0.90000000000000002,"c_in":2,"c_noise":0.29999999999999999,"c_skip":-0.0,"c_out":0.33333333333333331},
  {"op":"threshold","step":0,"dst":1,"ratio":0.90000000000000002,"max":2},
  {"op":"blend","step":0,"dst":0,"terms":[[0,0.10000000000000001],[1,4.9406564584124654e-324]],"noise":[[0.69999999999999996,1,4294967295],[-2,9,0]]},
  {"op":"clamp","step":1,"dst":0,"low":-2,"high":1.0000000000000001e+300},
  {"op":"mask","step":1,"dst":0,"a":2,"b":0}],
 "result":0}
)");
}

TEST(ProgramJson, TellsProcessPredictionSchedulerClipAndStart) {
    Program program = every_op();
    program.process_settings = ProcessSettings{.schedule = "scaled_linear", .horizon = 50, .zero_snr = true};
    program.prediction = Prediction::v;
    program.scheduler = "DDIMScheduler";
    program.start = {{0.5, -1}, {2, 3}};
    std::get<Clamp>(program.ops[3].instruction).high = 2;
    const std::string text = to_json(program);
    EXPECT_THAT(text, HasSubstr(R"("process":{"name":"ddpm","schedule":"scaled_linear","T":50,"zero_snr":true},
 "prediction":"v",
 "scheduler":"DDIMScheduler",
 "clip":2,
 "threshold":{"ratio":0.90000000000000002,"max":2},
 "init":{"register":0,"mean":[0.5,-1],"scale":[2,3]},)"));
    EXPECT_EQ(program_from_json(text, "f"), program);
}

TEST(ProgramJson, ReadsVersion1) {
    const std::string text =
        R"({"version":1,"sampler":"ddim","process":"ve","steps":1,"evaluations":1,"registers":1,
            "init":{"register":0,"scale":50},"ops":[
            {"op":"eval","step":0,"dst":0,"src":0,"t":0,"alpha":1,"sigma":0,"c_in":1,"c_noise":0,"c_skip":0,"c_out":1}],
            "result":0})";
    Program expected;
    expected.sampler = "ddim";
    expected.process = "ve";
    expected.steps = 1;
    expected.start = StartLaw::normal(50);
    expected.ops = {{0, Eval{}}};
    EXPECT_EQ(program_from_json(text, "f"), expected);
}

TEST(ProgramJson, LeavesOutInputsAndSourceWhereUnused) {
    Program program = every_op();
    program.known_register = program.mask_register = -1;
    program.ops.resize(1);
    std::get<Eval>(program.ops[0].instruction).source = 0;
    program.steps = 1;
    EXPECT_THAT(to_json(program), Not(HasSubstr("inputs")));
    EXPECT_THAT(to_json(program), Not(HasSubstr("source")));
    EXPECT_EQ(program_from_json(to_json(program), "f"), program);
}

// Bit patterns drawn at random reach every exponent, denormals and both signs; equal text means equal bits, since
// operator== would not tell −0 from 0.
TEST(ProgramJson, RoundTripIsExactToTheBit) {
    std::mt19937_64 engine(1);
    for (int repeat = 0; repeat < 2000; ++repeat) {
        double coefficient = std::numeric_limits<double>::quiet_NaN();
        while (!std::isfinite(coefficient)) coefficient = std::bit_cast<double>(engine());
        Program program = every_op();
        auto& eval = std::get<Eval>(program.ops[0].instruction);
        eval.c_out = coefficient;
        const Program back = program_from_json(to_json(program), "f");
        ASSERT_EQ(back, program);
        const auto& eval_back = std::get<Eval>(back.ops[0].instruction);
        ASSERT_EQ(std::bit_cast<std::uint64_t>(eval_back.c_out), std::bit_cast<std::uint64_t>(eval.c_out));
        ASSERT_EQ(std::bit_cast<std::uint64_t>(eval_back.c_skip), std::bit_cast<std::uint64_t>(-0.0));
        ASSERT_EQ(to_json(back), to_json(program));
    }
}

TEST(ProgramJson, GivesAbsentFieldsTheirDefaults) {
    const Program program = program_from_json(
        R"({"version":1,"steps":1,"ops":[
            {"op":"eval","step":0,"dst":0,"src":0,"t":0,"alpha":1,"sigma":0,"c_in":1,"c_noise":0,"c_skip":0,"c_out":1},
            {"op":"blend","step":0,"dst":0,"terms":[[0,1]]}]})",
        "f");
    Program expected;
    expected.steps = 1;
    expected.ops = {{0, Eval{}}, {0, Blend{.dst = 0, .terms = {{0, 1}}, .noise = {}}}};
    EXPECT_EQ(program, expected);
}

/// The message after one replacement in the text of `every_op`.
std::string refusal(const std::string& from, const std::string& to) {
    std::string text = to_json(every_op());
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    return error_of([&] { program_from_json(text, "p.json"); });
}

TEST(ProgramJson, RefusesOpsThatLackAField) {
    for (const char* field :
         {"t", "alpha", "sigma", "c_in", "c_noise", "c_skip", "c_out", "low", "high", "ratio", "max"}) {
        std::string text = to_json(every_op());
        const std::size_t at = text.find(",\"" + std::string(field) + "\":", text.find("\"ops\""));
        ASSERT_NE(at, std::string::npos) << field;
        text.erase(at, text.find_first_of(",}", at + 1) - at);
        EXPECT_THAT(error_of([&] { program_from_json(text, "p.json"); }),
                    HasSubstr("field '" + std::string(field) + "' is missing"))
            << field;
    }
}

TEST(ProgramJson, RefusalsNameFileAndPlace) {
    EXPECT_THAT(refusal("\"version\":2", "\"version\":3"), HasSubstr("(p.json: version): version 3 is not 1 or 2"));
    EXPECT_THAT(refusal("\"version\":2", "\"version\":1"), HasSubstr("(p.json: threshold): unknown field"));
    EXPECT_THAT(refusal("{\"name\":\"ddpm\"}", "{\"name\":\"ddpm\",\"schedule\":\"liner\"}"),
                HasSubstr("(p.json: process)"));
    EXPECT_THAT(refusal("{\"name\":\"ddpm\"}", "{\"name\":\"ddpm\",\"T\":10}"), HasSubstr("(p.json: process)"));
    EXPECT_THAT(refusal(" \"threshold\"", " \"prediction\":\"eps\",\n \"threshold\""),
                HasSubstr("(p.json: prediction): no such prediction"));
    EXPECT_THAT(refusal(" \"threshold\"", " \"clip\":3,\n \"threshold\""), HasSubstr("(p.json: clip): no op clamps"));
    EXPECT_THAT(refusal("\"max\":2", "\"max\":3"), HasSubstr("(p.json: threshold): no op has such a threshold"));
    EXPECT_THAT(refusal("\"scale\":1.5", "\"scale\":[1,2],\"mean\":[1,2,3]"), HasSubstr("(p.json: init.scale)"));
    EXPECT_THAT(refusal("\"scale\":1.5", "\"scale\":[1,-2]"), HasSubstr("(p.json: init.scale): negative"));
    EXPECT_THAT(refusal("\"scale\":1.5", "\"scale\":[]"), HasSubstr("(p.json: init.scale): empty"));
    EXPECT_THAT(refusal("\"version\":2,", ""), HasSubstr("(p.json): field 'version' is missing"));
    EXPECT_THAT(refusal("\"evaluations\":1", "\"evaluations\":2"), HasSubstr("(p.json: evaluations): the ops hold 1"));
    EXPECT_THAT(refusal("\"steps\":2", "\"steps\":\"2\""), HasSubstr("(p.json: steps): not an integer"));
    EXPECT_THAT(refusal("\"steps\":2", "\"steps\":2.0"), HasSubstr("(p.json: steps): not an integer"));
    EXPECT_THAT(refusal("\"steps\":2", "\"steps\":4294967298"), HasSubstr("(p.json: steps): out of range"));
    EXPECT_THAT(refusal("\"scale\"", "\"skale\""), HasSubstr("(p.json: init.skale): unknown field; known: register"));
    EXPECT_THAT(refusal("\"c_in\":2", "\"c_in\":\"2\""), HasSubstr("(p.json: ops[0].c_in): not a number"));
    EXPECT_THAT(refusal("\"c_in\":2", "\"cin\":2"), HasSubstr("(p.json: ops[0].cin): unknown field"));
    EXPECT_THAT(refusal("\"clamp\"", "\"clip\""), HasSubstr("(p.json: ops[3].op): unknown op 'clip'"));
    EXPECT_THAT(refusal("[-2,9,0]", "[-2,9]"), HasSubstr("(p.json: ops[2].noise[1]): not [coefficient"));
    EXPECT_THAT(refusal("[-2,9,0]", "[-2,-9,0]"), HasSubstr("(p.json: ops[2].noise[1][1]): out of range"));
    EXPECT_THAT(refusal("[[0,0.1", "[[0,0,0.1"), HasSubstr("(p.json: ops[2].terms[0]): not [register"));
    EXPECT_THAT(refusal("\"step\":1,\"dst\":0,\"a\"", "\"dst\":0,\"a\""), HasSubstr("(p.json: ops[4]): field 'step'"));
    EXPECT_THAT(refusal("\"low\":-2", "\"low\":NaN"), HasSubstr("invalid program (p.json): parse error at line 10"));
    EXPECT_THAT(refusal("\"low\":-2", "\"low\":-1e999"), HasSubstr("invalid program (p.json): number overflow"));
    EXPECT_THAT(refusal("\"dst\":0,\"a\":2", "\"dst\":7,\"a\":2"), HasSubstr("(p.json: ops[4].dst): register 7 of 4"));
    EXPECT_THAT(error_of([] { program_from_json("[1]", "p.json"); }), HasSubstr("(p.json): not an object"));
    EXPECT_THAT(error_of([] { program_from_json("", "p.json"); }), HasSubstr("invalid program (p.json): parse error"));
}

/// The message of `validate` after a change to `every_op`.
template <class Change>
std::string violation(Change change) {
    Program program = every_op();
    change(program);
    return error_of([&] { program.validate(); });
}

TEST(ProgramValidate, AcceptsEveryOp) {
    EXPECT_NO_THROW(every_op().validate());
}

TEST(ProgramValidate, NamesTheFirstOpThatBreaksARule) {
    const auto eval = [](Program& p) -> Eval& { return std::get<Eval>(p.ops[0].instruction); };
    EXPECT_THAT(violation([&](Program& p) { eval(p).src = 1; }), HasSubstr("(ops[0].src): register 1 is read before"));
    EXPECT_THAT(violation([&](Program& p) { eval(p).src = -1; }), HasSubstr("(ops[0].src): register -1 of 4"));
    EXPECT_THAT(violation([&](Program& p) { eval(p).dst = 4; }), HasSubstr("(ops[0].dst): register 4 of 4"));
    EXPECT_THAT(violation([&](Program& p) { eval(p).source = -1; }), HasSubstr("(ops[0].source): negative"));
    EXPECT_THAT(violation([&](Program& p) { eval(p).c_skip = NAN; }), HasSubstr("(ops[0].c_skip): not a finite"));
    EXPECT_THAT(violation([](Program& p) { std::get<Blend>(p.ops[2].instruction).noise[1].coefficient = INFINITY; }),
                HasSubstr("(ops[2].noise[1]): not a finite"));
    EXPECT_THAT(violation([](Program& p) { std::get<Clamp>(p.ops[3].instruction).low = 1e301; }),
                HasSubstr("(ops[3].low): above high"));
    EXPECT_THAT(violation([](Program& p) { std::get<Threshold>(p.ops[1].instruction).ratio = 0; }),
                HasSubstr("(ops[1].ratio): not in (0, 1]"));
    EXPECT_THAT(violation([](Program& p) { std::get<Threshold>(p.ops[1].instruction).max = 0.5; }),
                HasSubstr("(ops[1].max): below 1"));
    EXPECT_THAT(violation([](Program& p) { p.mask_register = -1; }), HasSubstr("(ops[4].op): mask without inputs"));
    EXPECT_THAT(violation([](Program& p) { p.known_register = 0; }), HasSubstr("(inputs.known): register 0 is taken"));
    EXPECT_THAT(violation([](Program& p) { p.ops[3].step = 2; }), HasSubstr("(ops[3].step): 2 is not below steps = 2"));
    EXPECT_THAT(violation([](Program& p) { p.ops[1].step = 1; }), HasSubstr("(ops[2].step): step 0 after step 1"));
    EXPECT_THAT(violation([](Program& p) { p.ops[0].step = 1; }), HasSubstr("(ops[0].step): step 0 has no ops"));
    EXPECT_THAT(violation([](Program& p) { p.steps = 3; }), HasSubstr("(ops): step 2 has no ops"));
    EXPECT_THAT(violation([](Program& p) { p.ops.clear(); }), HasSubstr("(ops): step 0 has no ops"));
    EXPECT_THAT(violation([](Program& p) { p.registers = 2'000'000'000; }), HasSubstr("(registers)"));
    EXPECT_THAT(violation([](Program& p) { p.registers = 5, p.result = 4; }),
                HasSubstr("(result): register 4 is not written by the end of step 0"));
    EXPECT_THAT(
        violation([](Program& p) { p.registers = 5, p.result = 4, std::get<Mask>(p.ops[4].instruction).dst = 4; }),
        HasSubstr("(result): register 4 is not written by the end of step 0"));
    EXPECT_THAT(violation([](Program& p) { p.start.scale = {NAN}; }), HasSubstr("(init.scale)"));
}

TEST(Program, CountsEvaluationsAndFindsTheEndsOfSteps) {
    const Program program = every_op();
    EXPECT_EQ(program.evaluations(), 1);
    EXPECT_EQ(program.end_of_step(0), 3U);
    EXPECT_EQ(program.end_of_step(1), 5U);
}

}  // namespace
}  // namespace scorefield::diffusion
