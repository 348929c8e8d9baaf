// Paths against the interpreter, and what is drawn of them.
#include "session/paths.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "base/background_job.hpp"
#include "diffusion/interpreter.hpp"

namespace scorefield::session {
namespace {

constexpr int kSteps = 12;
constexpr std::uint64_t kSeed = 5;

PreparedRun run_of(const model::Model& model, const std::string& sampler, std::uint32_t particles) {
    sample::SamplingSpec spec;
    spec.sampler.name = sampler;
    spec.steps = kSteps;
    spec.particles = particles;
    spec.seed = kSeed;
    return prepare_run(spec, model);
}

std::shared_ptr<const model::Model> model_of(const std::string& target) {
    model::ModelSpec spec;
    spec.target = model::TargetSpec{.name = target, .argument = {}, .scaling = {}};
    return std::make_shared<const model::Model>(model::open_model(spec));
}

TEST(Paths, AreTheStatesOfTheRun) {
    const auto model = model_of("mixture_d");
    for (const char* const sampler : {"ddim", "ddpm", "dpmpp_2m", "heun"}) {
        const PreparedRun run = run_of(*model, sampler, 40);
        const auto paths = compute_paths(paths_run(model, run), {});
        ASSERT_EQ(paths->count, 40U);
        ASSERT_EQ(paths->dim, 2U);
        ASSERT_EQ(paths->steps, kSteps);
        const auto source = model->host_score();
        const diffusion::ScoreSource* const sources[] = {source.get()};
        const std::vector<double> start = diffusion::initial_state(run.program, kSeed, {0, 40}, 2);
        const auto compare = [&](int state, std::span<const double> exact) {
            for (std::size_t i = 0; i < exact.size(); ++i) {
                // Single precision over the steps before.
                EXPECT_NEAR(static_cast<double>(paths->place(state, i / 2)[i % 2]), exact[i],
                            2e-5 * (1 + std::abs(exact[i])))
                    << sampler << " state " << state;
            }
        };
        compare(0, start);
        diffusion::interpret(run.program, sources, start, kSeed, {0, 40},
                             [&](int step, std::span<const double> state) { compare(step + 1, state); });
    }
}

TEST(Paths, AreThoseOfTheFirstParticlesWhateverTheirNumber) {
    const auto model = model_of("gaussian");
    const auto few = compute_paths(paths_run(model, run_of(*model, "ddpm", 30)), {});
    const auto many = compute_paths(paths_run(model, run_of(*model, "ddpm", 4000)), {});
    EXPECT_EQ(many->count, render::kMostTrails);
    for (int state = 0; state <= kSteps; ++state) {
        for (std::size_t i = 0; i < 30; ++i) {
            EXPECT_EQ(few->place(state, i)[0], many->place(state, i)[0]);
            EXPECT_EQ(few->place(state, i)[1], many->place(state, i)[1]);
        }
    }
}

TEST(Paths, StartFromGivenStates) {
    const auto model = model_of("gaussian");
    PreparedRun run = run_of(*model, "ddim", 3);
    run.start = {1, 2, 3, 4, 5, 6};
    const auto paths = compute_paths(paths_run(model, run), {});
    EXPECT_EQ(paths->place(0, 2)[1], 6);
}

TEST(Paths, EndWhenNobodyWantsThem) {
    const auto model = model_of("gaussian");
    const PathsRun run = paths_run(model, run_of(*model, "ddim", 3));
    EXPECT_THROW(compute_paths(run, [] { throw base::Cancelled(); }), base::Cancelled);
}

/// Three particles that move by (1, 0.5) in each of 4 steps, from (10 i, 0).
Paths straight_paths() {
    Paths paths = {3, 2, 4, {}};
    for (int state = 0; state <= 4; ++state) {
        for (int i = 0; i < 3; ++i) {
            paths.values.push_back(static_cast<float>(10 * i + state));
            paths.values.push_back(0.5F * static_cast<float>(state));
        }
    }
    return paths;
}

constexpr VkExtent2D kExtent = {64, 64};
/// The world's (x, y) is the pixel (32 + x, 32 − y).
constexpr render::Camera2d kWorldIsPixels = {{0, 0}, 32, 1};

TEST(Trails, AreTheLastStepsAndFadeBackwards) {
    render::Guides guides;
    guides.trails = 2;
    guides.trail_steps = 2;
    const auto drawing = trail_drawing(straight_paths(), {}, 3, guides, 100);
    // Each two steps and a dot.
    ASSERT_EQ(drawing->lines.size(), 6U);
    EXPECT_EQ(drawing->lines[0].from, (std::array{1.0, 0.5}));
    EXPECT_EQ(drawing->lines[1].to, (std::array{3.0, 1.5}));
    EXPECT_LT(drawing->lines[0].ink.alpha, drawing->lines[1].ink.alpha);
    EXPECT_EQ(drawing->lines[2].from, drawing->lines[2].to);
    EXPECT_EQ(drawing->lines[5].from, (std::array{13.0, 1.5}));
    EXPECT_NE(drawing->lines[0].ink.colour, drawing->lines[3].ink.colour) << "coloured by where they started";
}

TEST(Trails, OfTheStartAreDotsAndOfFewerParticlesThanAskedForThose) {
    render::Guides guides;
    guides.trails = 200;
    EXPECT_EQ(trail_drawing(straight_paths(), {}, 0, guides, 100)->lines.size(), 3U);
    EXPECT_EQ(trail_drawing(straight_paths(), {}, 0, guides, 2)->lines.size(), 2U);
}

TEST(Trails, ShowTheWholePathOfTheParticleThatIsFollowed) {
    render::Guides guides;
    guides.follow = 1;
    const auto drawing = trail_drawing(straight_paths(), {}, 2, guides, 100);
    // Four steps, five marks, and the particle.
    ASSERT_EQ(drawing->lines.size(), 10U);
    EXPECT_EQ(drawing->lines[3].to, (std::array{14.0, 2.0}));
    EXPECT_EQ(drawing->lines[9].from, (std::array{12.0, 1.0}));
    EXPECT_GT(drawing->lines[0].width, drawing->lines[3].width) << "what has been is thicker than what comes";
}

TEST(Trails, LeaveOutStatesWhereAPictureWouldHaveTooManyLines) {
    Paths paths = {500, 2, 1000, std::vector<float>(std::size_t{1001} * 500 * 2)};
    render::Guides guides;
    guides.trails = 500;
    guides.trail_steps = 1000;
    guides.follow = 3;
    EXPECT_LT(trail_drawing(paths, {}, 1000, guides, 500)->lines.size(), 32'768U);
    guides.trail_steps = 20;
    EXPECT_EQ(trail_drawing(paths, {}, 1000, guides, 500)->lines.size(), 500U * 21 + 1000 + 1001 + 1);
}

TEST(Trails, LeaveOutWhatIsNotFinite) {
    Paths paths = straight_paths();
    paths.values[0] = std::numeric_limits<float>::infinity();
    render::Guides guides;
    guides.trails = 1;
    EXPECT_EQ(trail_drawing(paths, {}, 2, guides, 100)->lines.size(), 2U);
}

TEST(NearestPath, IsWithinReachOrNone) {
    const Paths paths = straight_paths();
    const render::LineProjection shown(kWorldIsPixels, kExtent);
    EXPECT_EQ(nearest_path(paths, 2, shown, {44.2, 30.9}, 0.5), 1);
    EXPECT_EQ(nearest_path(paths, 2, shown, {44.2, 30.9}, 0.1), std::nullopt);
    EXPECT_EQ(nearest_path(paths, 0, shown, {51, 32}, 2), 2);
}

TEST(Paths, OfThreeDimensionsAreDrawnAndPickedThroughTheCamera) {
    // One state: two particles that differ in the third coordinate alone, and one behind the camera.
    const Paths paths = {3, 3, 0, {1, 2, 3, 1, 2, 4, 1e3F, 0, 0}};
    render::Camera3d camera{{{1, 2, 3.5}, 2}, {.azimuth = 10, .elevation = 5}};
    const render::LineProjection shown(camera, kExtent);
    for (int particle : {0, 1}) {
        const auto pixel = camera.to_pixel(kExtent, {1, 2, 3.0 + particle});
        ASSERT_TRUE(pixel);
        EXPECT_EQ(nearest_path(paths, 0, shown, {pixel->x, pixel->y}, 0.01), particle);
    }
    render::Guides guides;
    guides.trails = 3;
    const auto drawing = trail_drawing(paths, {}, 0, guides, 3);
    ASSERT_EQ(drawing->lines.size(), 3U);
    EXPECT_EQ(drawing->lines[1].from_z, 4);
    EXPECT_EQ(drawing->lines[1].to_z, 4);
}

TEST(Paths, OfOneDimensionGoOverTime) {
    const Paths paths = {2, 1, 4, {0, 9, 1, 9, 2, 9, 3, 9, 4, 9}};
    const TimeAxis time = {-2, -1};
    const render::LineProjection shown(kWorldIsPixels, kExtent);
    EXPECT_EQ(nearest_path(paths, 2, shown, {34, 33.5}, 0.05, time), 0) << "half-way";
    EXPECT_EQ(nearest_path(paths, 0, shown, {41, 34}, 0.05, time), 1);
    render::Guides guides;
    guides.trails = 1;
    guides.trail_steps = 1;
    const auto drawing = trail_drawing(paths, {}, 3, guides, 2, time);
    ASSERT_EQ(drawing->lines.size(), 4U) << "all steps so far and the particle";
    EXPECT_EQ(drawing->lines[0].from, (std::array{0.0, -2.0}));
    EXPECT_EQ(drawing->lines[2].to, (std::array{3.0, -1.25}));
    EXPECT_TRUE(trail_drawing(paths, {}, 3, guides, 2)->lines.empty()) << "no room for an axis of time";
}

}  // namespace
}  // namespace scorefield::session
