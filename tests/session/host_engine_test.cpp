#include "session/host_engine.hpp"

#include "model/model.hpp"
#include "tests/base/traced_events.hpp"

namespace scorefield::session {
namespace {

TEST(HostEngine, ShowsItsRunInATrace) {
    model::ModelSpec exact;
    exact.target = model::TargetSpec{.name = "gaussian", .argument = {}, .scaling = {}};
    const model::Model model = model::open_model(exact);
    sample::SamplingSpec spec;
    spec.steps = 4;
    spec.particles = 500;
    RunRequest request = request_for(compile_run(spec, model, {}, {}));
    request.chunk = 300;
    base::Trace trace(100);
    HostEngine engine("for a test", &trace);
    engine.open(model)->run(request, [](const Batch&) {});
    base::expect_nested(base::events_of(trace));
    const std::vector<base::TracedEvent> evaluations = base::events_of(trace, 3, "host network");
    ASSERT_EQ(evaluations.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(evaluations[i].args.at("step"), 0);
        EXPECT_EQ(evaluations[i].args.at("steps"), 4);
        EXPECT_EQ(evaluations[i].args.at("particles"), i == 0 ? 300 : 200);
        EXPECT_GT(evaluations[i].args.at("GFLOP/s"), 0);
    }
    for (const char* phase : {"load", "advance", "read back", "write"}) {
        EXPECT_EQ(base::events_of(trace, 1, phase).size(), 2U) << phase;
    }
}

}  // namespace
}  // namespace scorefield::session
