// compile error: pgsync: this struct has no key; name a member `id`
// names: Post
#include <pgsync/shape.hpp>

struct Post {
#ifdef PGSYNC_FAIL
    std::string title;
#else
    pgsync::key<std::string> title;
#endif
};
struct Comment {
    int id;
    pgsync::belongs_to_any<"subject_type", "subject_id", pgsync::case_of<"post", Post>> subject;
};
struct comments : pgsync::index<Comment> {};
static_assert(!pgsync::compiled<comments>.page_query.empty());
