#include "viewer/loss_curve.hpp"

#include <imgui.h>

#include <algorithm>

#include "base/short_number.hpp"
#include "session/loss_plot.hpp"
#include "session/published_losses.hpp"
#include "viewer/controls.hpp"
#include "viewer/plot_view.hpp"

namespace scorefield::viewer {
namespace {

session::LossScale scale_of(const settings::Settings& settings) {
    const auto* const found = std::ranges::find(settings::kLossScales, settings.loss_scale);
    return static_cast<session::LossScale>(found - settings::kLossScales.begin());
}

}  // namespace

void draw_loss_curve(const session::LiveTraining& training, settings::Settings& settings, Requests& requests) {
    const session::LossFloor& floor = training.floor();
    const std::vector<session::LossHistory::Point> published = session::published_losses(training.spec());
    const render::Plot plot =
        session::loss_plot(training.losses().points(), floor.value, published, scale_of(settings));
    std::string help = "Running mean of the batch loss over steps. " + floor.reason;
    if (!published.empty()) help += " The marks are published losses of the first and the last epoch.";
    draw_plot_view("loss", plot, kPlotHeight * ImGui::GetFontSize(),
                   {std::nullopt, help + " Right click: save or copy."}, requests);
    const std::optional<double> loss = training.losses().loss();
    std::string numbers = loss ? "loss " + base::short_number(*loss, 4) : "";
    if (floor.value) numbers += "   floor " + base::short_number(*floor.value, 4);
    ImGui::TextUnformatted(numbers.c_str());
    tooltip(help);
    control(settings, "loss.axis", "loss axis");
}

}  // namespace scorefield::viewer
