//! The one style sheet of a report: the theme's colours, the app's rules, the rules of the readable body.

use makespan_scene::{FONT_STACK_SANS, Theme, class_rules};

/// The readable body. On paper, narrow tables stand in two columns and wide ones (six columns or more) across the page, so that
/// a run of any size takes at most six pages. On the screen it goes away when the app has taken over, and stays when it could not; on paper it
/// stands for the app. Until the app has taken over the page
/// scrolls whatever the app's own rules say.
const RULES: &str = "\
@media screen{html[data-makespan-shown] #makespan-static{display:none}}
@media print{html[data-makespan-state] body>.page{display:none}html,body{height:auto;overflow:visible}}
html:not([data-makespan-shown]),html:not([data-makespan-shown]) body{height:auto;overflow:auto}
body{margin:0;background:var(--role-surface);color:var(--role-text)}
#makespan-static{box-sizing:border-box;max-width:76rem;margin:0 auto;padding:1rem;line-height:1.45}
#makespan-static h1{font-size:1.6rem;margin:.5rem 0;overflow-wrap:anywhere}
#makespan-static h2{font-size:1.3rem;margin:2rem 0 .5rem;overflow-wrap:anywhere}
#makespan-static h3{font-size:1.05rem;margin:1.5rem 0 .5rem}
#makespan-static :is(p,ul){margin:.7rem 0}
#makespan-static .m{color:var(--role-text-muted)}
#makespan-static table{width:auto;border-collapse:collapse;margin:.5rem 0;font-size:.875rem}
#makespan-static caption{text-align:left;font-weight:bold;padding:.25rem 0}
#makespan-static th,#makespan-static td{text-align:left;vertical-align:top;padding:.2rem .9rem .2rem 0;\
border-bottom:1px solid var(--role-border);overflow-wrap:break-word}
#makespan-static th{color:inherit;font-size:inherit;font-weight:bold}
#makespan-static .t{overflow-wrap:anywhere;min-width:11rem}
#makespan-static td:not(.t){white-space:nowrap}
#makespan-static .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
#makespan-static pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:.8rem;max-height:24rem;overflow:auto;\
background:var(--role-panel);padding:.5rem}
#makespan-static .p{overflow:auto;border:1px solid var(--role-border);margin:.5rem 0}
#makespan-static svg{display:block;max-width:100%;height:auto;background:var(--role-surface)}
@media screen and (max-width:60rem){#makespan-static svg{max-width:none}#makespan-static [id$=-summary] svg{max-width:100%}}
@media screen and (max-width:60rem){#makespan-static table{display:block;overflow-x:auto}}
#makespan-static nav a{margin-right:1rem;font-size:.875rem}
#makespan-static a{color:var(--role-accent)}
#makespan-static .o{display:none}
@page{size:A4;margin:14mm}
@media print{#makespan-static{max-width:none;padding:0;font-size:.75rem}#makespan-static nav{display:none}
#makespan-static :is(h1,h2,h3,caption,thead,thead tr){break-after:avoid}
#makespan-static :is(thead+tbody,caption+tbody) tr:first-child,#makespan-static :is(.p,table)+:is(p,.o),\
#makespan-static .o+p{break-before:avoid}
#makespan-static table:not(:has(tbody tr:nth-child(9))){break-inside:avoid}
#makespan-static tr,#makespan-static .p,#makespan-static li{break-inside:avoid}
#makespan-static thead{display:table-header-group}
#makespan-static table{display:table;font-size:.62rem}#makespan-static .t{min-width:3.5rem}#makespan-static table:has(th:nth-child(5)):not(:has(th:nth-child(6))) td:not(.n){white-space:normal}
#makespan-static pre,#makespan-static .p{max-height:none;overflow:visible}
#makespan-static svg{max-width:100%;height:auto}
#makespan-static .l tbody tr:nth-child(n+14){display:none}
#makespan-static .l+.o{display:block}
#makespan-static details:not([open]){display:none}
#makespan-static :is([id$=-summary],[id$=-failures],[id$=-findings],[id$=-analysis],[id$=-charts]){columns:2;column-gap:6mm}
#makespan-static :is(table,h3):is(:has(th:nth-child(6)),:has(+table th:nth-child(6))),\
#makespan-static [id$=-charts] h3{column-span:all}
#makespan-static :is([id$=-timeline],[id$=-graph]) svg{max-height:76mm;width:auto;margin:0 auto}
#makespan-static [id$=-charts] svg{max-height:46mm;width:auto;margin:0 auto}
#makespan-static h2{margin:.8rem 0 .3rem}#makespan-static h3{margin:.6rem 0 .2rem}\
#makespan-static article>div{margin-top:.7rem}#makespan-static article>div>h3:first-child{margin-top:0}#makespan-static p{margin:.4rem 0}
#makespan-static{line-height:1.3}
#makespan-static th,#makespan-static td{padding:.08rem .5rem .08rem 0}}
";

/// The sheet, with the app's rules where the app comes along. Without a theme, the reader's system chooses light or dark;
/// paper is always light.
pub(crate) fn sheet(app: Option<&str>, theme: Option<&Theme>) -> String {
    let mut out = String::from("\n:root{\n");
    out.push_str(&Theme::light().css());
    out.push_str("}\n");
    let (when, other) = match theme {
        Some(theme) => ("screen", theme.css()),
        None => ("(prefers-color-scheme:dark)", Theme::dark().css()),
    };
    for part in ["@media ", when, "{:root{\n", &other, "}}\n"] {
        out.push_str(part);
    }
    out.push_str(&class_rules());
    out.push_str("body{font-family:");
    out.push_str(FONT_STACK_SANS);
    out.push_str("}\n");
    if let Some(app) = app {
        out.push_str(app);
        out.push('\n');
    }
    out.push_str(RULES);
    out
}
