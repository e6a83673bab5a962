// compile error: pgsync: this shape never ends: the member leads back .*; leave the way back out
// names: Comment subject
#include <pgsync/shape.hpp>

struct Comment;
struct Post {
    int id;
    pgsync::has_many<Comment> comments;
};
struct Comment {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::belongs_to_any<"subject_type", "subject_id", pgsync::case_of<"post", Post>> subject;
#else
    pgsync::belongs_to_any<"subject_type", "subject_id", pgsync::case_of<"post", Post, pgsync::pluck<"id">>>
        subject;
#endif
};
struct posts : pgsync::index<Post> {};
static_assert(!pgsync::compiled<posts>.page_query.empty());
