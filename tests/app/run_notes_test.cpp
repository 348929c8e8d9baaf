#include "app/run_notes.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>

#include "app/said.hpp"
#include "base/scratch.hpp"

namespace scorefield::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> notes_of(const Settings& settings) {
    const Model model = open_model(settings);
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
            EXPECT_THAT(notes, ElementsAre(testing::AllOf(HasSubstr("float32"), HasSubstr("coordinate 1")))) << place;
        } else {
            EXPECT_THAT(notes, IsEmpty()) << place;
        }
    }
}

}  // namespace
}  // namespace scorefield::app
