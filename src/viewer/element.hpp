#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "gpu/recorder.hpp"
#include "viewer/context.hpp"

namespace scorefield::viewer {

/// A part of the window: its widgets and its GPU work. `elements/NAME.cpp` defines the element NAME and the function
/// `make_NAME`. The line NAME in CMakeLists.txt adds it to the window.
class Element {
  public:
    enum class Place : std::uint8_t {
        window,  ///< a separate window, or no widgets at all
        header,  ///< at the top of the panel, above the tabs
        tab,     ///< a tab of the panel
        footer,  ///< at the bottom of the panel; a low panel shows only the footers that fit
    };

    /// When the element takes part.
    enum class Needs : std::uint8_t {
        scene,    ///< from the first scene on; before that, only the constructor is called
        nothing,  ///< from the first frame on
    };

    /// `title`: the label of a tab.
    explicit Element(Place place = Place::window, const char* title = "", Needs needs = Needs::scene)
        : place_(place), title_(title), needs_(needs) {}
    virtual ~Element() = default;
    Element(const Element&) = delete;
    Element& operator=(const Element&) = delete;

    Place place() const { return place_; }
    const char* title() const { return title_; }
    /// Whether the functions below may be called now (`attach` only with a scene).
    bool is_active(const Context& context) const { return needs_ == Needs::nothing || context.scene; }

    /// Called when the first scene has been opened, and when it has been replaced.
    virtual void attach(Context& /*context*/) {}
    /// Called at the beginning of each frame, for the last element first. Handles this element's part of
    /// context.requests, which hold the user's input of the last frame. Takes results of the GPU and of background
    /// jobs.
    virtual void update(Context& /*context*/) {}
    /// Declares the widgets: in a window that it opens itself, or at the panel's cursor. Writes the user's input to
    /// context.requests.
    virtual void draw(Context& /*context*/) {}
    /// The height of a footer in screen units.
    virtual float height() const { return 0; }
    /// Records additional GPU work, after the particles and the picture of this frame have been recorded.
    virtual void record(gpu::Recorder& /*recorder*/, const Context& /*context*/) {}
    /// Called with the submission that contains the recording.
    virtual void submitted(gpu::Submission /*submission*/) {}
    /// Called after the last frame: completes work that must not be lost.
    virtual void finish() {}

  private:
    Place place_;
    const char* title_;
    Needs needs_;
};

using Elements = std::vector<std::unique_ptr<Element>>;

/// Creates one element per name in CMakeLists.txt, in the same order.
Elements make_elements(Context& context);

}  // namespace scorefield::viewer
