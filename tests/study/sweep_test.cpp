#include "study/sweep.hpp"

#include <gmock/gmock.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <limits>

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "diffusion/sampler.hpp"
#include "session/host_engine.hpp"
#include "study/sweep_lists.hpp"
#include "tests/base/scratch.hpp"

namespace scorefield::study {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

settings::Settings lists(const std::string& samplers, const std::string& steps, const std::string& spacings) {
    settings::Settings settings;
    settings.command = settings::Command::sweep;
    settings.samplers = samplers;
    settings.steps_list = steps;
    settings.spacings = spacings;
    settings.quiet = true;
    return settings;
}

/// Runs of a few particles on an exact target, and a small set of points to compare them with: milliseconds.
class SweepOfAGaussian : public ::testing::Test {
  protected:
    SweepOfAGaussian() {
        std::ofstream file(data_);
        for (std::uint32_t i = 0; i < 200; ++i) {
            const std::array<float, 4> draws = base::normal4(1, i, 0, 0, base::kDataStream);
            file << draws[0] << "," << draws[1] << "\n";
        }
    }

    settings::Settings small(const std::string& samplers, const std::string& steps, const std::string& spacings) const {
        settings::Settings settings = lists(samplers, steps, spacings);
        settings.target = "gaussian";
        settings.data = data_.string();
        settings.particles = 64;
        return settings;
    }

  private:
    base::ScratchFolder folder_;
    std::filesystem::path data_ = folder_ / "points.csv";
};

template <class Action>
std::string refusal(const Action& action) {
    try {
        action();
    } catch (const base::Error& error) {
        EXPECT_EQ(error.exit_status(), 2);
        return base::with_flags(error.what());
    }
    ADD_FAILURE() << "taken";
    return {};
}

std::string refused_lists(const std::string& samplers, const std::string& steps, const std::string& spacings) {
    return refusal([&] { static_cast<void>(read_sweep_lists(lists(samplers, steps, spacings))); });
}

std::string refused_sweep(const settings::Settings& settings) {
    return refusal([&] { const Sweep sweep(settings); });
}

TEST(SweepLists, AreReadWithSpacesAroundTheirItems) {
    const SweepLists read = read_sweep_lists(lists("ddim, heun", " 5,20", "auto,karras "));
    EXPECT_THAT(read.samplers, ElementsAre("ddim", "heun"));
    EXPECT_THAT(read.steps, ElementsAre(5, 20));
    EXPECT_THAT(read.spacings, ElementsAre("auto", "karras"));
    EXPECT_TRUE(read.samplers_given && read.steps_given && read.spacings_given);
}

TEST(SweepLists, HaveDefaults) {
    const SweepLists read = read_sweep_lists(lists("", "", ""));
    EXPECT_THAT(read.samplers, IsEmpty());  // they depend on the process
    EXPECT_THAT(read.steps, ElementsAre(5, 10, 20, 50));
    EXPECT_THAT(read.spacings, ElementsAre("auto"));
    EXPECT_FALSE(read.samplers_given || read.steps_given || read.spacings_given);
    for (const char* process : {"ddpm", "vp", "subvp", "ve", "ou", "additive", "edm", "flow"}) {
        for (const std::string& sampler : default_samplers(process)) {
            EXPECT_EQ(diffusion::sampler_info(sampler).caveat, "") << process << " " << sampler;
        }
    }
}

TEST(SweepLists, RefuseItemsThatAreNone) {
    EXPECT_THAT(refused_lists("ddmi", "", ""), AllOf(HasSubstr("--samplers"), HasSubstr("did you mean 'ddim'")));
    EXPECT_THAT(refused_lists("ddim,,heun", "", ""), AllOf(HasSubstr("--samplers"), HasSubstr("'ddim,,heun'")));
    EXPECT_THAT(refused_lists("ddim,ddim", "", ""), HasSubstr("'ddim' given twice (--samplers)"));
    EXPECT_THAT(refused_lists("", "5,", ""), HasSubstr("--steps-list"));
    EXPECT_THAT(refused_lists("", "5,ten", ""), HasSubstr("bad value 'ten' (--steps-list)"));
    EXPECT_THAT(refused_lists("", "0", ""), HasSubstr("0 is below 1"));
    EXPECT_THAT(refused_lists("", "-3", ""), HasSubstr("-3 is below 1"));
    EXPECT_THAT(refused_lists("", "1000001", ""), HasSubstr("is above 1000000"));
    EXPECT_THAT(refused_lists("", "99999999999", ""), HasSubstr("is above 1000000"));
    EXPECT_THAT(refused_lists("", "", "karas"), AllOf(HasSubstr("--spacings"), HasSubstr("did you mean 'karras'")));
    EXPECT_THAT(refused_lists("repaint", "", ""), HasSubstr("--known and --mask"));
    EXPECT_THAT(refused_lists("ddim_inverse", "", ""), HasSubstr("from data to noise"));
}

TEST(SweepParameters, ApplyToTheSamplersThatTakeThem) {
    diffusion::SamplerSettings given;
    given.eta = 0.5;
    EXPECT_EQ(settings_for_sampler(given, "ddim").eta, 0.5);
    EXPECT_FALSE(settings_for_sampler(given, "heun").eta.has_value());
    require_parameters_taken(given, {"heun", "ddim"});
    EXPECT_THAT(refusal([&] {
                    require_parameters_taken(given, {"heun", "unipc"});
                }),
                AllOf(HasSubstr("--sampler.eta"), HasSubstr("heun, unipc")));
}

TEST_F(SweepOfAGaussian, HasARowForEveryCombinationInOrder) {
    settings::Settings settings = small("ddim,heun", "3,6", "even,quadratic");
    settings.seed = 7;
    settings.seeds = 2;
    session::HostEngine engine("a test");
    Sweep sweep(settings);
    EXPECT_EQ(sweep.curves(), 4U);
    const SweepResult result = sweep.run(engine);
    ASSERT_EQ(result.rows.size(), 16U);
    EXPECT_EQ(result.rows[0].sampler, "ddim");
    EXPECT_EQ(result.rows[1].seed, 8U);
    EXPECT_EQ(result.rows[2].steps, 6);
    EXPECT_EQ(result.rows[4].spacing, "quadratic");
    const SweepRow& last = result.rows.back();
    EXPECT_EQ(last.sampler, "heun");
    EXPECT_EQ(last.evaluations, 11);  // two per step but the last, whose end has no noise
    for (const SweepRow& row : result.rows) {
        for (const double distance : row.distances) EXPECT_GT(distance, 0) << row.sampler;
    }
    EXPECT_EQ(result.particles, 64U);
    EXPECT_EQ(result.dim, 2U);
    EXPECT_NEAR(result.floor[1], 0.5, 0.1);  // deviation 0.2/√64, less for the mean of five draws
}

TEST_F(SweepOfAGaussian, GivesTheSameDistancesAgain) {
    const settings::Settings settings = small("ddpm", "4", "even");
    session::HostEngine engine("a test");
    Sweep first(settings);
    Sweep second(settings);
    EXPECT_EQ(first.run(engine).rows[0].distances, second.run(engine).rows[0].distances);
}

TEST_F(SweepOfAGaussian, RefusesImpossibleRunsThatWereAskedFor) {
    settings::Settings settings = small("ddim", "5", "leading,even");
    settings.process.name = "vp";
    EXPECT_THAT(refused_sweep(settings), AllOf(HasSubstr("ddim with 5 steps and spacing leading"),
                                               HasSubstr("--spacings"), HasSubstr("choose one of even")));
    settings::Settings steps = small("", "5,5000", "");
    EXPECT_THAT(refused_sweep(steps), AllOf(HasSubstr("5000 steps"), HasSubstr("--steps-list")));
    settings::Settings rho = small("ddim", "5", "even");
    rho.spacing.rho = 5;
    EXPECT_THAT(refused_sweep(rho), HasSubstr("flag without effect (--process.rho)"));
    settings::Settings seeds = small("ddim", "5", "even");
    seeds.seed = std::numeric_limits<std::uint64_t>::max();
    seeds.seeds = 2;
    EXPECT_THAT(refused_sweep(seeds), HasSubstr("--seeds"));
}

TEST_F(SweepOfAGaussian, LeavesOutImpossibleRunsOfDefaultListsWithANote) {
    settings::Settings settings = small("ddim", "", "");
    settings.process.horizon = 12;  // fewer levels than most of the default numbers of steps
    session::HostEngine engine("a test");
    Sweep sweep(settings);
    EXPECT_THAT(sweep.notes(), Contains(AllOf(HasSubstr("left out ddim with 20 steps"), HasSubstr("12"))));
    EXPECT_EQ(sweep.run(engine).rows.size(), 2U);
}

SweepResult some_result() {
    const double nothing = std::numeric_limits<double>::quiet_NaN();
    return {.rows = {{"ddim", 5, 5, "auto", "karras", 3, {0.25, 0.5, 0.125}, 1.5},
                     {"heun", 5, 9, "even", "even", 3, {nothing, nothing, nothing}, 0}},
            .floor = {0.01, 0.5, 0.02},
            .reference = "moons",
            .variant = "host",
            .particles = 100,
            .dim = 2};
}

TEST(SweepOutput, IsARowPerRunInCsv) {
    EXPECT_EQ(sweep_csv(some_result().rows),
              "sampler,steps,evaluations,spacing,seed,sliced_w2,knn_two_sample,energy_distance,seconds\n"
              "ddim,5,5,auto,3,0.25,0.5,0.125,1.5\n"
              "heun,5,9,even,3,nan,nan,nan,0\n");
}

TEST(SweepOutput, SaysTheSpacingInEffectAndTheFloor) {
    const std::string text = to_text(sweep_table(some_result()));
    EXPECT_THAT(text, AllOf(HasSubstr("auto (karras)"), HasSubstr("sliced W2 0.01"), HasSubstr("moons")));
    const nlohmann::ordered_json json = sweep_json(some_result());
    EXPECT_EQ(json["rows"][0]["spacing"], "auto");
    EXPECT_EQ(json["rows"][0]["spacing_in_effect"], "karras");
    EXPECT_EQ(json["floor"]["energy_distance"], 0.02);
    EXPECT_THAT(json.dump(), HasSubstr("\"sliced_w2\":null"));
}

}  // namespace
}  // namespace scorefield::study
