// Saves plots of the window as SVG, PNG or CSV files (`NAME_0000.svg`, …) in the working folder, or copies their
// values. A background job draws and writes the files; no frame waits for it.
#include <imgui.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "base/atomic_file.hpp"
#include "render/plot_picture.hpp"
#include "render/plot_reading.hpp"
#include "render/png_file.hpp"
#include "settings/picture_text.hpp"
#include "viewer/element.hpp"
#include "viewer/free_path.hpp"
#include "viewer/saving_queue.hpp"

namespace scorefield::viewer {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kFigureWidth = 960;
constexpr std::uint32_t kFigureHeight = 600;

struct PlotToSave {
    PlotRequest request;
    std::vector<data::PngText> texts;  ///< of a PNG
};

/// Writes the file that is asked for and returns its path.
std::string write_plot(gpu::Device& device, PlotToSave saved) {
    PlotRequest& request = saved.request;
    if (request.action == PlotAction::save_csv) {
        const fs::path path = free_path(request.name, ".csv");
        base::AtomicFile file(path);
        file.write(render::plot_csv(request.plot));
        file.commit();
        return fs::absolute(path).string();
    }
    render::leave_room_for_legend(request.plot, kFigureHeight);
    if (request.action == PlotAction::save_svg) {
        const fs::path path = free_path(request.name, ".svg");
        render::write_svg(path, render::plot_svg(request.plot, kFigureWidth, kFigureHeight));
        return fs::absolute(path).string();
    }
    const render::Picture picture = render::plot_picture(device, request.plot, kFigureWidth, kFigureHeight);
    const fs::path path = free_path(request.name, ".png");
    render::write_png(path, picture, saved.texts);
    return fs::absolute(path).string();
}

class PlotExport : public Element {
  public:
    explicit PlotExport(gpu::Device& device)
        : Element(Place::window, "", Needs::nothing),
          files_("Saving a plot", [&device](PlotToSave plot) { return write_plot(device, std::move(plot)); }) {}

    void update(Context& context) override {
        if (std::optional<PlotRequest> request = std::exchange(context.requests.plot, std::nullopt)) {
            if (request->action == PlotAction::copy_values) {
                ImGui::SetClipboardText(render::plot_csv(request->plot).c_str());
                context.messages.add({MessageKind::info, "copied the values of the plot as CSV"});
            } else {
                files_.add({std::move(*request), settings::picture_texts(settings_to_share(context))});
            }
        }
        files_.update(context);
    }

    void finish() override { files_.finish(); }

  private:
    SavingQueue<PlotToSave> files_;
};

}  // namespace

std::unique_ptr<Element> make_plot_export(Context& context) {
    return std::make_unique<PlotExport>(context.device);
}

}  // namespace scorefield::viewer
