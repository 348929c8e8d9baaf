#include "session/run_notes.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "base/error.hpp"
#include "base/scratch.hpp"
#include "settings/resolved.hpp"
#include "settings/said.hpp"

namespace scorefield::settings {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> notes_of(const Settings& settings) {
    const model::Model model = open_model(settings);
    return run_notes(settings, model, build_program(settings, model));
}

TEST(RunNotes, AreNoneOfAnOrdinaryRun) {
    EXPECT_THAT(notes_of(said({})), IsEmpty());
    EXPECT_THAT(notes_of(said({{"target", "mixture_a"}, {"sampler", "heun"}})), IsEmpty());
}

TEST(RunNotes, TellWhatASamplerCannotDo) {
    for (const char* sampler : {"langevin", "consistency", "lcm"}) {
        EXPECT_THAT(notes_of(said({{"sampler", sampler}})), ElementsAre(HasSubstr(std::string(sampler) + ": ")));
    }
}

// Two modes 6 apart, each of deviation 0.5: 3.0 together. Near 1e6 float32 numbers are 0.0625 apart.
TEST(RunNotes, TellOfATargetWhereFloat32IsTooCoarse) {
    const base::ScratchFolder folder;
    const std::string path = (folder / "far.json").string();
    const std::string target = "gmm " + path;
    for (const auto& [place, noted] : {std::pair{0.0, false}, {1e4, false}, {1e6, true}, {-1e8, true}}) {
        std::ofstream(path) << fmt::format(
            R"({{"weights": [0.5, 0.5], "means": [[-3, {0}], [3, {0}]], "sigmas": [0.5, 0.5]}})", place);
        const std::vector<std::string> notes = notes_of(said({{"target", target.c_str()}}));
        if (noted) {
            EXPECT_THAT(notes, ElementsAre(AllOf(HasSubstr("float32"), HasSubstr("coordinate 1")))) << place;
        } else {
            EXPECT_THAT(notes, IsEmpty()) << place;
        }
    }
}

/// The note on the end of a run; empty if there is none.
std::string end_note_of(std::initializer_list<std::pair<const char*, const char*>> values) {
    for (const std::string& note : notes_of(said(values))) {
        if (note.starts_with("the last noise level")) return note;
    }
    return "";
}

TEST(RunNotes, AreSilentAboutEndsThatKeepTheWidth) {
    for (const char* target : {"mixture_a", "mixture_b", "mixture_c", "mixture_d"}) {
        for (const char* process : {"ddpm", "vp", "subvp", "ve", "ou", "additive", "edm", "flow"}) {
            for (const char* sampler : {"ddim", "ddpm", "heun", "dpmpp_2m", "euler_ancestral"}) {
                for (const char* steps : {"10", "25"}) {
                    EXPECT_EQ(
                        end_note_of({{"target", target}, {"process", process}, {"sampler", sampler}, {"steps", steps}}),
                        "")
                        << target << ' ' << process << ' ' << sampler << ' ' << steps;
                }
            }
        }
    }
}

// A Gaussian of deviation s that ends at the ratio r of noise to signal keeps s/hypot(1, r/s) of its width.
TEST(RunNotes, TellOfAnEndAboveTheNarrowestPart) {
    EXPECT_THAT(end_note_of({{"target", "mixture_a"}, {"process", "additive"}, {"process.s", "1000"}}),
                AllOf(HasSubstr("sigma/alpha = 31.6"), HasSubstr("`process.s` or `process.t_min`")));
    EXPECT_THAT(end_note_of({{"target", "mixture_a"}, {"process", "ve"}, {"process.sigma_min", "10"}}),
                AllOf(HasSubstr("sigma/alpha = 10"), HasSubstr("`process.sigma_min`")));
    EXPECT_THAT(end_note_of({{"target", "gaussian"}, {"target.variance", "1e-4"}}), HasSubstr("std 0.01"));
    EXPECT_THAT(end_note_of({{"target", "gaussian"}, {"target.variance", "1e-12"}}), HasSubstr("off by 100%"));
    EXPECT_THAT(
        end_note_of(
            {{"process", "ddpm"}, {"process.schedule", "constant"}, {"process.beta", "0.9"}, {"target", "mixture_d"}}),
        AllOf(HasSubstr("sigma/alpha = 3"), HasSubstr("a smaller `process.beta`")));
    EXPECT_THAT(end_note_of({{"spacing", "trailing"}, {"steps", "2"}}),
                AllOf(HasSubstr("use more `steps`"), testing::Not(HasSubstr("`process`"))));  // a network
    const base::ScratchFolder folder;
    const std::string path = (folder / "thin.json").string();
    const std::string target = "gmm " + path;
    std::ofstream(path) << R"({"weights": [0.5, 0.5], "means": [[-1, 0], [1, 0]],
                               "covariances": [[[1, 0], [0, 1]], [[0.3, 0.2], [0.2, 0.1334]]]})";
    EXPECT_THAT(end_note_of({{"target", target.c_str()}}), HasSubstr("std 0.00"));
    EXPECT_EQ(end_note_of({{"target", target.c_str()}, {"process", "edm"}, {"process.sigma_min", "0.0005"}}), "");
}

/// A program compiled for these settings, its evaluations changed, as a file.
template <class Change>
std::string program_file(const base::ScratchFolder& folder, const Settings& settings, const Change& change) {
    diffusion::Program program = build_program(settings, open_model(settings));
    for (diffusion::Op& op : program.ops) {
        if (auto* eval = std::get_if<diffusion::Eval>(&op.instruction)) change(*eval);
    }
    std::string path = (folder / "program.json").string();
    std::ofstream(path) << to_json(program);
    return path;
}

TEST(RunNotes, TellOfAProgramThatIsWrongForAnyScore) {
    const base::ScratchFolder folder;
    for (const char* target : {"", "mixture_d"}) {
        const auto with_target = [&](const std::string& program) {
            Settings settings = program.empty() ? said({}) : said({{"program", program.c_str()}});
            if (*target != 0) settings.target = target;
            return settings;
        };
        const auto notes = [&](const auto& change) {
            return notes_of(with_target(program_file(folder, with_target(""), change)));
        };
        EXPECT_THAT(notes([](diffusion::Eval&) {}), IsEmpty());
        EXPECT_THAT(notes([](diffusion::Eval& eval) { eval.c_out *= 1.2; }),
                    ElementsAre(AllOf(HasSubstr("of Gaussian data"), HasSubstr("not a program for"))))
            << target;
    }
}

// The widths were measured on exact draws of 100 000 particles: 0.19 to 0.21 instead of 0.3, 0.95 instead of 2.02.
/// On flow, levels for data of deviation 1 step over those where wider data take shape: 50 steps of DDIM give Gaussian
/// data of variance 1600 a variance of 630.
TEST(RunNotes, TellOfLevelsThatDoNotSuitTheWidthOfATarget) {
    const auto about_width = [](const char* process, const char* variance, const char* steps) {
        for (const std::string& note : notes_of(said({{"target", "gaussian"},
                                                      {"dim", "1"},
                                                      {"process", process},
                                                      {"target.variance", variance},
                                                      {"steps", steps}}))) {
            if (note.starts_with("too few steps")) return note;
        }
        return std::string();
    };
    EXPECT_THAT(about_width("flow", "1600", "50"), HasSubstr("std 40) gave samples"));
    EXPECT_THAT(about_width("flow", "100", "50"), HasSubstr("std 10) gave samples"));
    EXPECT_EQ(about_width("flow", "1600", "1000"), "");
    EXPECT_EQ(about_width("flow", "1", "50"), "");
    EXPECT_EQ(about_width("edm", "1600", "50"), "");
    EXPECT_EQ(about_width("ddpm", "16", "50"), "");
}

/// Two modes 80 apart: as Gaussian data, a deviation of 40.
TEST(RunNotes, TellOfLevelsThatDoNotSuitAWideMixture) {
    const base::ScratchFolder folder;
    const std::string path = (folder / "wide.json").string();
    std::ofstream(path) << R"({"weights": [0.3, 0.7], "means": [[-40], [40]], "sigmas": [4, 20]})";
    const std::string target = "gmm " + path;
    for (const char* const sampler : {"ddim", "ddpm", "dpmpp_2m", "unipc"}) {
        const std::vector<std::string> notes =
            notes_of(said({{"target", target.c_str()}, {"process", "flow"}, {"sampler", sampler}}));
        EXPECT_THAT(notes, Contains(AllOf(HasSubstr("too few steps"), HasSubstr("mean 16, std 40.4")))) << sampler;
    }
}

TEST(RunNotes, TellOfTooFewSteps) {
    using Values = std::initializer_list<std::pair<const char*, const char*>>;
    for (const Values& values :
         {Values{{"target", "gaussian"}, {"target.variance", "0.09"}, {"sampler", "euler_ancestral"}, {"steps", "10"}},
          Values{{"target", "gaussian"}, {"target.variance", "0.09"}, {"sampler", "ddim"}, {"steps", "5"}},
          Values{{"sampler", "dpmpp_2m"}, {"steps", "2"}}}) {
        EXPECT_THAT(notes_of(said(values)), ElementsAre(AnyOf(HasSubstr("more `steps`"), HasSubstr("too few steps"))));
    }
    EXPECT_THAT(notes_of(said({{"target", "mixture_a"}, {"timesteps", "999,500,0"}})),
                ElementsAre(HasSubstr("more `timesteps`")));
    EXPECT_THAT(notes_of(said({{"target", "mixture_a"}, {"process", "edm"}, {"timesteps", "80,10,1,.1,.01"}})),
                ElementsAre(HasSubstr("more `timesteps`")));
}

TEST(RunNotes, AreErrorsIfAProgramIsOfAnotherDimension) {
    const base::ScratchFolder folder;
    const Settings compiled = said({{"target", "mixture_d"}});
    diffusion::Program program = build_program(compiled, open_model(compiled));
    program.start.mean = {0, 0, 0};
    program.start.scale = {1, 1, 1};
    const std::string path = (folder / "program.json").string();
    std::ofstream(path) << to_json(program);
    EXPECT_THAT(
        [&] {
            notes_of(said({{"target", "mixture_d"}, {"program", path.c_str()}}));
        },
        testing::ThrowsMessage<base::Error>(HasSubstr("3 dimensions, the model 2")));
}

TEST(RunNotes, AreErrorsIfAProgramContradictsItsModelOrItsHeader) {
    const base::ScratchFolder folder;
    const auto run = [&](const char* target, const std::string& program) {
        Settings settings = said({{"program", program.c_str()}});
        settings.target = target;
        return notes_of(settings);
    };
    const auto scale_input = [](diffusion::Eval& eval) { eval.c_in *= 1.5; };
    EXPECT_THAT([&] { run("", program_file(folder, said({}), scale_input)); },
                testing::ThrowsMessage<base::Error>(HasSubstr("program does not match the model")));
    const Settings target = said({{"target", "mixture_d"}, {"prediction", "v"}});
    EXPECT_THAT(run("mixture_d", program_file(folder, target, [](diffusion::Eval&) {})), IsEmpty());
    EXPECT_THAT([&] { run("mixture_d", program_file(folder, target, scale_input)); },
                testing::ThrowsMessage<base::Error>(HasSubstr("program contradicts its header")));
    // Its header says epsilon, its evaluations take the output for v.
    const std::string path = program_file(folder, target, [](diffusion::Eval&) {});
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    std::string header = text.str();
    const std::size_t at = header.find(R"("prediction":"v")");
    ASSERT_NE(at, std::string::npos) << header.substr(0, 600);
    std::ofstream(path) << header.replace(at, 16, R"("prediction":"epsilon")");
    EXPECT_THAT(run("mixture_d", path), ElementsAre(HasSubstr("not a program for epsilon")));
}

// A program of an edm network names the sigma_data that its target must answer with.
TEST(RunNotes, ReadSigmaDataFromAProgram) {
    const base::ScratchFolder folder;
    const Settings compiled =
        said({{"target", "mixture_d"}, {"process", "edm"}, {"prediction", "edm"}, {"process.sigma_data", "2"}});
    const std::string path = program_file(folder, compiled, [](diffusion::Eval&) {});
    const Settings run = said({{"target", "mixture_d"}, {"program", path.c_str()}});
    EXPECT_EQ(open_model(run).parametrisation.sigma_data, 2);
    EXPECT_THAT(notes_of(run), IsEmpty());
}

}  // namespace
}  // namespace scorefield::settings
