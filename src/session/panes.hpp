#pragma once

#include <vulkan/vulkan.h>

#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "gpu/device.hpp"
#include "gpu/image.hpp"
#include "gpu/recorder.hpp"
#include "render/camera3d.hpp"
#include "render/renderer.hpp"
#include "render/view_spec.hpp"
#include "session/scene.hpp"

namespace scorefield::session {

/// Where `count` panes of one size stand in a picture: from left to right, then in the next row, with gaps of
/// kPaneGap pixels, as large as possible.
std::vector<VkRect2D> pane_places(VkExtent2D picture, std::size_t count);

/// A picture of panes from the pictures of each, which stand at places `scale` times as far; as Panes draws it.
render::Picture join_pictures(const std::vector<render::Picture>& pictures, const std::vector<VkRect2D>& places,
                              VkExtent2D extent, std::uint32_t scale, render::Background background);

/// Pixels between two panes.
inline constexpr std::uint32_t kPaneGap = 3;

/// The state of a run that belongs beside `shown`, a state of another run with `steps` steps: the last one that has at
/// least as much noise relative to the signal, and the result beside the result. Where the noise does not fall from
/// state to state, the state that is as far on in its run.
int state_beside(const RunState& shown, std::span<const RunState> shown_run, std::span<const RunState> run);

/// What a picture of several panes is drawn onto. Made by Panes::make_targets, away from the frames.
struct PaneTargets {
    VkExtent2D extent{};                        ///< of the whole picture
    std::vector<render::PictureTargets> panes;  ///< one per pane, the first pane's first
    gpu::Image whole;                           ///< none for a single pane, which is the whole picture
};

/// What Panes::draw did: `drawn`, at least one pane; `shown`, the picture is another one.
struct PanesDrawn {
    bool drawn = false;
    bool shown = false;
};

/// One to four scenes side by side, on one clock, with one camera: what window and files show. The first scene belongs
/// to the caller and has the clock; the others show the states with the same noise (state_beside).
class Panes {
  public:
    /// Targets of `count` panes in a picture of this form. Waits for the GPU. May be called on any thread.
    static PaneTargets make_targets(gpu::Device& device, const render::PictureForm& form, std::size_t count);

    /// The scenes beside the first one. Scenes that are added or taken away need new targets.
    std::vector<std::unique_ptr<Scene>>& others() { return others_; }
    const std::vector<std::unique_ptr<Scene>>& others() const { return others_; }
    std::size_t count() const { return 1 + others_.size(); }

    /// Gives each pane its target. Does not wait. There must be as many as panes.
    void take(Scene& first, PaneTargets targets);
    /// Whether every pane has a target at its place.
    bool fits(const Scene& first) const;
    /// The extent of the picture that the targets make.
    VkExtent2D extent(const Scene& first) const { return whole_ ? extent_ : first.extent(); }
    /// The panes of picture(): where the scenes stand that have targets.
    const std::vector<VkRect2D>& places() const { return places_; }

    /// Sets clock and camera of the others by the first scene.
    void follow(Scene& first);
    /// Advances the others towards the states of their clocks, with about so many operations. Returns the operations
    /// that were recorded.
    double advance(gpu::Recorder& recorder, double operations);
    /// Works with so many operations on the states that the clock shows next (Scene::work_ahead), in all panes. Returns
    /// the operations that were recorded.
    double work_ahead(gpu::Recorder& recorder, Scene& first, double operations);
    /// Whether work_ahead has something to do.
    bool works_ahead(const Scene& first) const;
    /// Whether the others have their states.
    bool up_to_date() const;
    /// Operations of the others in one step of the first scene's clock, on average.
    double operations_per_step(const Scene& first) const;

    /// Draws the panes that do not show their state: at most `most` of them, but all where view, camera or panes
    /// are not those of the last call. The picture changes once no pane waits. `extras`: of each pane, the first pane's
    /// first; panes beyond its end have none.
    PanesDrawn draw(gpu::Recorder& recorder, Scene& first, const render::ViewSpec& view,
                    std::span<const render::Extras> extras, std::size_t most = std::numeric_limits<std::size_t>::max());
    /// Panes that the last call of draw has left to the next one.
    std::size_t waiting() const { return waiting_; }
    /// Draws data in all panes (Scene::draw_data).
    void draw_data(gpu::Recorder& recorder, Scene& first, const render::ViewSpec& view);
    const gpu::Image& picture(const Scene& first) const { return whole_ ? whole_ : first.picture(); }

  private:
    /// How the panes are seen.
    struct Sight {
        render::ViewSpec view;
        render::Camera camera;

        bool operator==(const Sight&) const = default;
    };

    std::vector<Scene*> with_targets(Scene& first) const;
    void compose(gpu::Recorder& recorder, const std::vector<Scene*>& scenes, render::Background background);

    std::vector<std::unique_ptr<Scene>> others_;
    gpu::Image whole_;
    VkExtent2D extent_{};
    std::vector<VkRect2D> places_ = {{}};
    std::vector<const Scene*> composed_;  ///< which scenes `whole_` shows
    std::vector<bool> fresh_;             ///< which panes `whole_` does not show as they are drawn
    std::optional<Sight> sight_;          ///< of the last drawing
    std::size_t waiting_ = 0;
    std::optional<render::Background> gaps_;  ///< the gaps have the colour that belongs to it
};

}  // namespace scorefield::session
