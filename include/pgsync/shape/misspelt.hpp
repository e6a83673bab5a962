#pragma once

#include <cstddef>
#include <string_view>

/// Detects misspelt statics, which would silently have no effect: `wehre` does not filter anything. C++
/// cannot list a struct's statics, but it can ask for each one by name. The names asked for are those that a
/// typing error makes (two letters swapped, one missing, one doubled, a plural) and a few that a user may
/// guess.
namespace pgsync::detail {

/// Names a type only if Value is known at compile time. In the macros, `*&` excludes non-static members,
/// which g++ would otherwise report as an error.
template <std::size_t Value>
struct constant {};

#define PGSYNC_TEXT(name) \
    if constexpr (requires { typename constant<std::string_view(*&Of::name).size()>; }) return #name;
#define PGSYNC_FUNCTION(name) \
    if constexpr (requires { *&Of::name; }) return #name;

/// Returns the name of a misspelt static of an index; empty if there is none.
template <typename Of>
constexpr std::string_view misspelt_of_index() {
    // clang-format off
    PGSYNC_TEXT(anme) PGSYNC_TEXT(nmae) PGSYNC_TEXT(naem) PGSYNC_TEXT(nme) PGSYNC_TEXT(nam)
    PGSYNC_TEXT(nname) PGSYNC_TEXT(naame) PGSYNC_TEXT(namme) PGSYNC_TEXT(namee) PGSYNC_TEXT(names)
    PGSYNC_TEXT(Name) PGSYNC_TEXT(name_) PGSYNC_TEXT(index_name)
    PGSYNC_TEXT(hwere) PGSYNC_TEXT(wehre) PGSYNC_TEXT(whree) PGSYNC_TEXT(wheer) PGSYNC_TEXT(were)
    PGSYNC_TEXT(whre) PGSYNC_TEXT(whee) PGSYNC_TEXT(wher) PGSYNC_TEXT(wwhere) PGSYNC_TEXT(whhere)
    PGSYNC_TEXT(wheere) PGSYNC_TEXT(wherre) PGSYNC_TEXT(wheree) PGSYNC_TEXT(wheres) PGSYNC_TEXT(Where)
    PGSYNC_TEXT(where_) PGSYNC_TEXT(filter) PGSYNC_TEXT(condition)
    PGSYNC_TEXT(esttings) PGSYNC_TEXT(stetings) PGSYNC_TEXT(setitngs) PGSYNC_TEXT(settnigs)
    PGSYNC_TEXT(settigns) PGSYNC_TEXT(settinsg) PGSYNC_TEXT(ettings) PGSYNC_TEXT(sttings)
    PGSYNC_TEXT(setings) PGSYNC_TEXT(settngs) PGSYNC_TEXT(settigs) PGSYNC_TEXT(settins) PGSYNC_TEXT(setting)
    PGSYNC_TEXT(ssettings) PGSYNC_TEXT(seettings) PGSYNC_TEXT(setttings) PGSYNC_TEXT(settiings)
    PGSYNC_TEXT(settinngs) PGSYNC_TEXT(settinggs) PGSYNC_TEXT(settingss) PGSYNC_TEXT(Settings)
    PGSYNC_TEXT(settings_) PGSYNC_TEXT(index_settings)
    PGSYNC_TEXT(ampping) PGSYNC_TEXT(mpaping) PGSYNC_TEXT(mapipng) PGSYNC_TEXT(mappnig) PGSYNC_TEXT(mappign)
    PGSYNC_TEXT(apping) PGSYNC_TEXT(mpping) PGSYNC_TEXT(maping) PGSYNC_TEXT(mappng) PGSYNC_TEXT(mappig)
    PGSYNC_TEXT(mappin) PGSYNC_TEXT(mmapping) PGSYNC_TEXT(maapping) PGSYNC_TEXT(mappping)
    PGSYNC_TEXT(mappiing) PGSYNC_TEXT(mappinng) PGSYNC_TEXT(mappingg) PGSYNC_TEXT(mappings)
    PGSYNC_TEXT(Mapping) PGSYNC_TEXT(mapping_) PGSYNC_TEXT(index_mapping)
    PGSYNC_TEXT(ippeline) PGSYNC_TEXT(ppieline) PGSYNC_TEXT(piepline) PGSYNC_TEXT(pipleine)
    PGSYNC_TEXT(pipeilne) PGSYNC_TEXT(pipelnie) PGSYNC_TEXT(pipelien) PGSYNC_TEXT(ipeline)
    PGSYNC_TEXT(ppeline) PGSYNC_TEXT(pieline) PGSYNC_TEXT(pipline) PGSYNC_TEXT(pipeine) PGSYNC_TEXT(pipelne)
    PGSYNC_TEXT(pipelie) PGSYNC_TEXT(pipelin) PGSYNC_TEXT(ppipeline) PGSYNC_TEXT(piipeline)
    PGSYNC_TEXT(pippeline) PGSYNC_TEXT(pipeeline) PGSYNC_TEXT(pipelline) PGSYNC_TEXT(pipeliine)
    PGSYNC_TEXT(pipelinne) PGSYNC_TEXT(pipelinee) PGSYNC_TEXT(pipelines) PGSYNC_TEXT(Pipeline)
    PGSYNC_TEXT(pipeline_) PGSYNC_TEXT(ingest_pipeline)
    PGSYNC_TEXT(oruting) PGSYNC_TEXT(ruoting) PGSYNC_TEXT(rotuing) PGSYNC_TEXT(rouitng) PGSYNC_TEXT(routnig)
    PGSYNC_TEXT(routign) PGSYNC_TEXT(ruting) PGSYNC_TEXT(roting) PGSYNC_TEXT(rouing) PGSYNC_TEXT(routng)
    PGSYNC_TEXT(routig) PGSYNC_TEXT(routin) PGSYNC_TEXT(rrouting) PGSYNC_TEXT(roouting)
    PGSYNC_TEXT(rouuting) PGSYNC_TEXT(routting) PGSYNC_TEXT(routiing) PGSYNC_TEXT(routinng)
    PGSYNC_TEXT(routingg) PGSYNC_TEXT(routings) PGSYNC_TEXT(Routing) PGSYNC_TEXT(routing_)
    PGSYNC_TEXT(routing_key)
    PGSYNC_FUNCTION(rtansform) PGSYNC_FUNCTION(tarnsform) PGSYNC_FUNCTION(trnasform)
    PGSYNC_FUNCTION(trasnform) PGSYNC_FUNCTION(tranfsorm) PGSYNC_FUNCTION(transofrm)
    PGSYNC_FUNCTION(transfrom) PGSYNC_FUNCTION(transfomr) PGSYNC_FUNCTION(ransform)
    PGSYNC_FUNCTION(tansform) PGSYNC_FUNCTION(trnsform) PGSYNC_FUNCTION(trasform) PGSYNC_FUNCTION(tranform)
    PGSYNC_FUNCTION(transorm) PGSYNC_FUNCTION(transfrm) PGSYNC_FUNCTION(transfom) PGSYNC_FUNCTION(transfor)
    PGSYNC_FUNCTION(ttransform) PGSYNC_FUNCTION(trransform) PGSYNC_FUNCTION(traansform)
    PGSYNC_FUNCTION(trannsform) PGSYNC_FUNCTION(transsform) PGSYNC_FUNCTION(transfform)
    PGSYNC_FUNCTION(transfoorm) PGSYNC_FUNCTION(transforrm) PGSYNC_FUNCTION(transformm)
    PGSYNC_FUNCTION(transforms) PGSYNC_FUNCTION(Transform) PGSYNC_FUNCTION(transform_)
        // clang-format on
        return {};
}

/// Returns the name of a misspelt static of a struct, or of its describe<>; empty if there is none.
template <typename Of>
constexpr std::string_view misspelt_of_struct() {
    // clang-format off
    PGSYNC_TEXT(atble) PGSYNC_TEXT(tbale) PGSYNC_TEXT(talbe) PGSYNC_TEXT(tabel) PGSYNC_TEXT(tble)
    PGSYNC_TEXT(tabe) PGSYNC_TEXT(tabl) PGSYNC_TEXT(ttable) PGSYNC_TEXT(taable) PGSYNC_TEXT(tabble)
    PGSYNC_TEXT(tablle) PGSYNC_TEXT(tablee) PGSYNC_TEXT(tables) PGSYNC_TEXT(Table) PGSYNC_TEXT(table_)
    PGSYNC_TEXT(table_name) PGSYNC_TEXT(tablename)
    PGSYNC_TEXT(cshema) PGSYNC_TEXT(shcema) PGSYNC_TEXT(scehma) PGSYNC_TEXT(schmea) PGSYNC_TEXT(scheam)
    PGSYNC_TEXT(chema) PGSYNC_TEXT(shema) PGSYNC_TEXT(scema) PGSYNC_TEXT(schma) PGSYNC_TEXT(schea)
    PGSYNC_TEXT(schem) PGSYNC_TEXT(sschema) PGSYNC_TEXT(scchema) PGSYNC_TEXT(schhema) PGSYNC_TEXT(scheema)
    PGSYNC_TEXT(schemma) PGSYNC_TEXT(schemaa) PGSYNC_TEXT(schemas) PGSYNC_TEXT(Schema) PGSYNC_TEXT(schema_)
    PGSYNC_TEXT(schema_name) PGSYNC_TEXT(schemaname)
        // clang-format on
        return {};
}

#undef PGSYNC_TEXT
#undef PGSYNC_FUNCTION

}  // namespace pgsync::detail
