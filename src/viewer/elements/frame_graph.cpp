// Times of the last frames, as stacked bars and as numbers. A frame draws its bar where the oldest was, as an
// oscilloscope does, and numbers change a few times a second: so little of the window is drawn anew.
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "viewer/controls.hpp"
#include "viewer/element.hpp"
#include "viewer/plot_view.hpp"

namespace scorefield::viewer {
namespace {

constexpr double kBudget_ms = 1000.0 / 60;
constexpr double kKeep = 0.95;  ///< weight of the old value in a running mean, per frame

/// The colour of each pass. The colours differ in lightness too, so that they can be told apart without colour vision
/// (Okabe & Ito 2008).
constexpr std::array<ImU32, session::kPasses.size()> kColours = {
    IM_COL32(0, 158, 115, 255), IM_COL32(0, 114, 178, 255),  IM_COL32(86, 180, 233, 255),  IM_COL32(213, 94, 0, 255),
    IM_COL32(230, 159, 0, 255), IM_COL32(240, 228, 66, 255), IM_COL32(170, 176, 188, 255),
};

void blend_into(double& mean, double value) {
    mean = mean == 0 ? value : kKeep * mean + (1 - kKeep) * value;
}

/// Rounds up to a round number of milliseconds.
double round_up(double milliseconds) {
    for (const double top : {4.0, 8.0, 17.0, 33.0, 67.0, 133.0, 267.0, 533.0}) {
        if (milliseconds <= top) return top;
    }
    return milliseconds;
}

class FrameGraph : public Element {
  public:
    FrameGraph() : Element(Place::footer, "", Needs::nothing) {}

    void attach(Context& /*context*/) override { forget_steps(); }

    void update(Context& context) override {
        since_shown_ += context.seconds;
        if (context.scene) count_steps(context.scene->player().playback(), context.settings.steps_per_second);
        if (!context.finished) return;
        const session::FrameRecord& frame = *context.finished;
        frames_[next_] = frame.gpu_ms;
        lengths_[next_] = frame.frame_ms;
        measured_ = std::min(measured_ + 1, kFrames);
        next_ = (next_ + 1) % kFrames;
        for (std::size_t i = 0; i < mean_.size(); ++i) blend_into(mean_[i], frame.gpu_ms[i]);
        blend_into(frame_ms_, frame.frame_ms);
        ++frames_since_shown_;
        if (since_shown_ >= kEvery) show();
    }

    float height() const override {
        return kBarsHeight * ImGui::GetFontSize() + 7 * ImGui::GetTextLineHeightWithSpacing();
    }

    void draw(Context& context) override {
        const float width = ImGui::GetContentRegionAvail().x;
        ImGui::Text("%.0f frames/s", shown_.rate);
        tooltip(
            "Frames per second: as many as fit while something changes, else 60. Mean of the last quarter of a "
            "second.");
        ImGui::SameLine(0.4f * width);
        ImGui::Text("%.1f ms", shown_.frame_ms);
        const Lengths& lengths = shown_.lengths;
        tooltip(
            fmt::format("Time of a frame, without the rest before the next one. Mean of the last frames.\n"
                        "The last {}: median {:.1f}, 95% {:.1f}, 99% {:.1f}, longest {:.1f} ms.",
                        measured_, lengths.median, lengths.most_95, lengths.most_99, lengths.longest));
        ImGui::SameLine(0.66f * width);
        ImGui::Text("GPU %.1f ms", session::total(shown_.gpu_ms));
        tooltip("GPU time of all passes. Mean of the last frames.");
        draw_bars(context.requests);
        draw_numbers();
        draw_steps(context);
    }

  private:
    static constexpr std::size_t kFrames = 160;
    static constexpr std::size_t kGap = 3;   ///< bars left out between the newest and the oldest
    static constexpr float kBarsHeight = 4;  ///< in lines of text
    static constexpr double kEvery = 0.25;   ///< seconds between changes of the numbers
    static constexpr double kSpan = 1;       ///< seconds over which steps are counted

    /// Percentiles of the last frame times, milliseconds.
    struct Lengths {
        double median = 0;
        double most_95 = 0;
        double most_99 = 0;
        double longest = 0;
    };

    /// What the numbers say.
    struct Shown {
        double rate = 0;  ///< frames per second
        double frame_ms = 0;
        session::PassTimes gpu_ms{};
        double highest = 0;  ///< of the bars, milliseconds
        Lengths lengths;
    };

    Lengths lengths() const {
        if (measured_ == 0) return {};
        std::array<double, kFrames> sorted = lengths_;
        const auto end = sorted.begin() + static_cast<std::ptrdiff_t>(measured_);
        std::sort(sorted.begin(), end);
        const auto at = [&](double share) {
            return sorted.at(static_cast<std::size_t>(std::lround(share * static_cast<double>(measured_ - 1))));
        };
        return {at(0.5), at(0.95), at(0.99), at(1)};
    }

    void show() {
        shown_ = {static_cast<double>(frames_since_shown_) / since_shown_, frame_ms_, mean_, 0, lengths()};
        for (const session::PassTimes& frame : frames_) {
            shown_.highest = std::max(shown_.highest, session::total(frame));
        }
        since_shown_ = 0;
        frames_since_shown_ = 0;
    }

    /// Times of the frames that were measured, the newest at 0: GPU times of the passes, and the whole frame.
    render::Plot times_plot() const {
        render::Plot plot;
        plot.title = "frame times";
        plot.x = {.label = "frame", .low = -static_cast<double>(std::max<std::size_t>(1, measured_)), .high = 0};
        double most = kBudget_ms;
        const auto add = [&](const std::string& name, ImU32 ink, const auto& value_of) {
            const ImVec4 colour = ImGui::ColorConvertU32ToFloat4(ink);
            render::Curve curve;
            curve.name = name;
            curve.colour = {colour.x, colour.y, colour.z};
            for (std::size_t back = measured_; back-- > 0;) {
                const std::size_t at = (next_ + kFrames - 1 - back) % kFrames;
                curve.x.push_back(-static_cast<double>(back));
                curve.y.push_back(value_of(at));
                most = std::max(most, curve.y.back());
            }
            plot.curves.push_back(std::move(curve));
        };
        add("whole frame", IM_COL32_WHITE, [&](std::size_t at) { return lengths_[at]; });
        for (std::size_t pass = 0; pass < session::kPasses.size(); ++pass) {
            add("GPU " + std::string(session::kPasses[pass]), kColours[pass],
                [&](std::size_t at) { return frames_[at][pass]; });
        }
        plot.y = {.label = "ms", .low = 0, .high = most};
        return plot;
    }

    void draw_bars(Requests& requests) const {
        const ImVec2 corner = ImGui::GetCursorScreenPos();
        const ImVec2 size = {ImGui::GetContentRegionAvail().x, ImGui::GetFontSize() * kBarsHeight};
        ImGui::InvisibleButton("frame times", size);
        tooltip(
            "GPU time of the last frames, one colour per pass. The newest stands left of the gap. The line: 16.7 ms, a "
            "sixtieth of a second. Right click: save or copy.");
        plot_menu(
            "frame_times", [this] { return times_plot(); }, requests);
        ImDrawList* const list = ImGui::GetWindowDrawList();
        list->AddRectFilled(corner, {corner.x + size.x, corner.y + size.y}, ImGui::GetColorU32(ImGuiCol_FrameBg), 4);

        const double top = round_up(shown_.highest);
        const float width = size.x / kFrames;
        for (std::size_t i = 0; i < kFrames; ++i) {
            const bool in_gap = (i + kFrames - next_) % kFrames < kGap;
            const session::PassTimes& frame = in_gap ? session::PassTimes{} : frames_[i];
            const float left = corner.x + width * static_cast<float>(i);
            float bottom = corner.y + size.y;
            for (std::size_t pass = 0; pass < frame.size(); ++pass) {
                const float room = bottom - corner.y;
                const float height = std::min(static_cast<float>(frame[pass] / top) * size.y, room);
                list->AddRectFilled({left, bottom - height}, {left + width, bottom}, kColours[pass]);
                bottom -= height;
            }
        }
        if (kBudget_ms < top) {
            const float budget = corner.y + size.y * static_cast<float>(1 - kBudget_ms / top);
            list->AddLine({corner.x, budget}, {corner.x + size.x, budget}, IM_COL32(227, 163, 59, 130));
        }
        const std::string label = fmt::format("{:.0f} ms", top);
        list->AddText({corner.x + 5, corner.y + 2}, ImGui::GetColorU32(ImGuiCol_TextDisabled), label.c_str());
    }

    void draw_numbers() const {
        constexpr int kColumns = 2;
        const float square = 0.6f * ImGui::GetFontSize();
        for (std::size_t pass = 0; pass < session::kPasses.size(); ++pass) {
            if (pass % kColumns == 1) ImGui::SameLine(ImGui::GetContentRegionMax().x * 0.5f);
            const ImVec2 at = ImGui::GetCursorScreenPos();
            const float top = at.y + 0.5f * (ImGui::GetTextLineHeight() - square);
            ImGui::GetWindowDrawList()->AddRectFilled({at.x, top}, {at.x + square, top + square}, kColours[pass], 2);
            ImGui::SetCursorScreenPos({at.x + 1.6f * square, at.y});
            const std::string name(session::kPasses[pass]);
            ImGui::Text("%s %.2f ms", name.c_str(), shown_.gpu_ms[pass]);
            tooltip("GPU time of this pass, mean of the last frames.");
        }
        ImGui::SameLine(ImGui::GetContentRegionMax().x * 0.5f);
        ImGui::TextDisabled("99th percentile %.0f ms", shown_.lengths.most_99);
        tooltip("99% of the last frames took at most this long, CPU and GPU together.");
    }

    void forget_steps() {
        counted_ = {};
        steps_per_second_ = 0;
    }

    /// `tempo`: the steps per second that are wanted; others begin a new count.
    void count_steps(const session::Playback& playback, double tempo) {
        const session::Playback::Moved& moved = playback.moved();
        if (tempo != tempo_ || moved.states < counted_.states) {
            tempo_ = tempo;
            counted_ = moved;
            steps_per_second_ = 0;
        }
        const double seconds = moved.seconds - counted_.seconds;
        if (seconds < kSpan) return;
        steps_per_second_ = static_cast<double>(moved.states - counted_.states) / seconds;
        counted_ = moved;
    }

    void draw_steps(const Context& context) const {
        const bool known = context.scene && context.scene->player().playback().playing() && steps_per_second_ > 0;
        const double wanted = context.settings.steps_per_second;
        if (known) {
            ImGui::Text("%.3g of %.3g steps/s", std::min(steps_per_second_, wanted), wanted);
        } else {
            ImGui::TextDisabled("steps/s");
        }
        tooltip(
            "Steps of the particles per second while it plays, and how many are wanted (steps / s). Where there are "
            "fewer, the device is too slow: ui.budget gives steps a larger part of each frame.");
    }

    std::array<session::PassTimes, kFrames> frames_{};
    std::array<double, kFrames> lengths_{};  ///< milliseconds
    std::size_t measured_ = 0;               ///< of them, from the first on
    std::size_t next_ = 0;                   ///< place of the oldest frame
    session::PassTimes mean_{};              ///< running means
    double frame_ms_ = 0;
    Shown shown_;
    double since_shown_ = kEvery;  ///< seconds
    int frames_since_shown_ = 0;
    session::Playback::Moved counted_;  ///< when the last count ended
    double tempo_ = 0;                  ///< steps per second that were wanted then
    double steps_per_second_ = 0;       ///< counted; 0: not yet
};

}  // namespace

std::unique_ptr<Element> make_frame_graph(Context& /*context*/) {
    return std::make_unique<FrameGraph>();
}

}  // namespace scorefield::viewer
