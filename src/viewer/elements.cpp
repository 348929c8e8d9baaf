#include "viewer/element.hpp"
#include "viewer/element_list.hpp"

namespace scorefield::viewer {

#define SCOREFIELD_ELEMENT(name) std::unique_ptr<Element> make_##name(Context& context);
SCOREFIELD_ELEMENTS
#undef SCOREFIELD_ELEMENT

Elements make_elements(Context& context) {
    Elements elements;
#define SCOREFIELD_ELEMENT(name) elements.push_back(make_##name(context));
    SCOREFIELD_ELEMENTS
#undef SCOREFIELD_ELEMENT
    return elements;
}

}  // namespace scorefield::viewer
