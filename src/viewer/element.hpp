#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "gpu/recorder.hpp"
#include "viewer/context.hpp"

namespace scorefield::viewer {

/// A part of the window with its widgets and what they need of the GPU. `elements/NAME.cpp` defines the element NAME
/// with `make_NAME`, and its name in CMakeLists.txt adds it to the window.
class Element {
  public:
    enum class Place : std::uint8_t {
        window,  ///< a window of its own, or none
        header,  ///< the panel's top, above its tabs
        tab,     ///< a tab of the panel
        footer,  ///< the panel's bottom; where the panel is low, only the first of them is shown
    };

    /// `title`: of a tab.
    explicit Element(Place place = Place::window, const char* title = "") : place_(place), title_(title) {}
    virtual ~Element() = default;
    Element(const Element&) = delete;
    Element& operator=(const Element&) = delete;

    Place place() const { return place_; }
    const char* title() const { return title_; }

    /// From here on context.scene is another one.
    virtual void attach(Context& /*context*/) {}
    /// Called at the beginning of each frame, for the last element first: serves context.requests, which hold what the
    /// user asked for in the last frame, and takes what has arrived from the GPU or from the background.
    virtual void update(Context& /*context*/) {}
    /// Declares its widgets: those of a window by itself, else at the panel's cursor. What the user asks for goes into
    /// context.requests.
    virtual void draw(Context& /*context*/) {}
    /// The height of a footer in screen units.
    virtual float height() const { return 0; }
    /// Records work of its own. The picture and the particles are those that this frame shows.
    virtual void record(gpu::Recorder& /*recorder*/, const Context& /*context*/) {}
    /// The submission of the recording.
    virtual void submitted(gpu::Submission /*submission*/) {}
    /// The last frame has been drawn: ends what must not be lost.
    virtual void finish() {}

  private:
    Place place_;
    const char* title_;
};

using Elements = std::vector<std::unique_ptr<Element>>;

/// One of each name in CMakeLists.txt, in that order.
Elements make_elements(Context& context);

}  // namespace scorefield::viewer
