// Mean and variance of the shown particles, next to the exact values of the target. The particles are read back from
// the GPU some frames later; no frame waits for them.
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/short_number.hpp"
#include "diffusion/target.hpp"
#include "gpu/readback.hpp"
#include "viewer/controls.hpp"
#include "viewer/element.hpp"

namespace scorefield::viewer {
namespace {

constexpr std::uint32_t kMost = 65'536;  ///< number of particles that are measured
constexpr std::uint32_t kMostDims = 3;

class Moments : public Element {
  public:
    explicit Moments(gpu::Device& device)
        : Element(Place::footer), particles_(device, "measured particles", std::size_t{kMost} * kMostDims) {}

    /// A scene without an exact target has an empty read-out.
    void attach(Context& context) override {
        const session::Scene& scene = *context.scene;
        clean_.reset();
        if (scene.model().target) clean_ = scene.model().target->moments();
        particles_.discard();
        copied_.reset();
        measured_ = {};
        exact_ = {};
    }

    void update(Context& /*context*/) override {
        const std::optional<std::span<const float>> values = particles_.take();
        if (!values) return;
        measured_ = measure(*values, copied_->count);
        exact_ = marginal_moments(*clean_, {copied_->run_state.alpha, copied_->run_state.sigma});
    }

    /// Records a copy of the shown particles, unless they are those measured last or another copy is pending.
    void record(gpu::Recorder& recorder, const Context& context) override {
        const session::Player& player = context.scene->player();
        const bool is_run = player.started() && !player.playback().noising();
        if (!clean_ || particles_.pending() || !is_run || player.program().evaluations() == 0) return;
        if (copied_ && copied_->shown == player.shown_version()) return;
        const sample::ParticleView shown = player.particles();
        const std::uint32_t count = std::min(kMost, shown.count);
        for (std::uint32_t e = 0; e < shown.dim; ++e) {
            particles_.record(recorder, shown.values, std::size_t{e} * shown.stride, count, std::size_t{e} * count);
        }
        copied_ = {player.shown_version(), player.run_state(), count};
    }

    void submitted(gpu::Submission submission) override { particles_.submitted(submission); }

    float height() const override {
        const std::size_t lines = measured_.mean.empty() ? 0 : 1 + measured_.mean.size();
        return static_cast<float>(lines) * ImGui::GetTextLineHeightWithSpacing();
    }

    void draw(Context& /*context*/) override {
        if (measured_.mean.empty()) return;
        constexpr std::array<const char*, kMostDims> kAxes = {"x", "y", "z"};
        constexpr std::array<float, 4> kColumns = {0.06f, 0.3f, 0.53f, 0.77f};  // of the width
        const float width = ImGui::GetContentRegionMax().x;
        ImGui::BeginGroup();
        const auto cell = [&](std::size_t column, const std::string& text) {
            ImGui::SameLine(width * kColumns.at(column));
            ImGui::TextUnformatted(text.c_str());
        };
        ImGui::PushStyleColor(ImGuiCol_Text, ImGui::GetStyleColorVec4(ImGuiCol_TextDisabled));
        ImGui::TextUnformatted("");
        cell(0, "mean");
        cell(1, "exact");
        cell(2, "variance");
        cell(3, "exact");
        ImGui::PopStyleColor();
        for (std::size_t e = 0; e < measured_.mean.size(); ++e) {
            ImGui::TextDisabled("%s", kAxes.at(e));
            cell(0, base::short_number(measured_.mean[e]));
            cell(1, base::short_number(exact_.mean[e]));
            cell(2, base::short_number(measured_.variance[e], 4));
            cell(3, base::short_number(exact_.variance[e], 4));
        }
        ImGui::EndGroup();
        tooltip(fmt::format(
            "Mean and variance of the displayed particles (of the first {}), and the exact values at the time "
            "in the caption.",
            copied_ ? copied_->count : 0));
    }

  private:
    /// Identifies measured particles: the first `count` of one state of a run, which are always the same.
    struct State {
        session::Player::ShownVersion shown;
        session::RunState run_state;
        std::uint32_t count = 0;
    };

    /// Computes mean and central variance in double precision.
    diffusion::AxisMoments measure(std::span<const float> values, std::uint32_t count) const {
        diffusion::AxisMoments moments;
        for (std::size_t e = 0; e < clean_->mean.size(); ++e) {
            const std::span<const float> plane = values.subspan(e * count, count);
            double sum = 0;
            for (const float x : plane) sum += static_cast<double>(x);
            const double mean = sum / count;
            double squares = 0;
            for (const float x : plane) squares += (static_cast<double>(x) - mean) * (static_cast<double>(x) - mean);
            moments.mean.push_back(mean);
            moments.variance.push_back(squares / count);
        }
        return moments;
    }

    gpu::Readback<float> particles_;               ///< (dim, count) planes
    std::optional<diffusion::AxisMoments> clean_;  ///< moments of the target
    std::optional<State> copied_;                  ///< the last copy; measured when it has arrived
    diffusion::AxisMoments measured_;              ///< empty before the first measurement
    diffusion::AxisMoments exact_;                 ///< exact moments at the same run_state
};

}  // namespace

std::unique_ptr<Element> make_moments(Context& context) {
    return std::make_unique<Moments>(context.device);
}

}  // namespace scorefield::viewer
