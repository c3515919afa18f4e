//! The table of commands and the table of streams: the one list that shell, bridge, command line
//! and TypeScript are made from.

/// Hands every command of the application, `name(Request) -> Answer`, to the macro named by the
/// caller.
#[macro_export]
macro_rules! for_each_command {
    ($apply:ident) => {
        $apply! {
            app_view($crate::AppAsk) -> $crate::AppView;
            home_view($crate::HomeAsk) -> $crate::HomeView;
            settings_update($crate::SettingsChange) -> $crate::Settings;
            credentials_choose($crate::CredentialsChoice) -> $crate::CredentialsView;
            platform_restart($crate::PlatformRestart) -> $crate::PlatformView;

            contexts_view($crate::ContextsAsk) -> $crate::ContextsView;
            context_use($crate::ContextUse) -> $crate::ContextsView;
            context_add($crate::ContextAdd) -> $crate::ContextsView;
            context_change($crate::ContextChange) -> $crate::ContextsView;
            context_remove($crate::ContextRemove) -> $crate::ContextsView;
            context_offers($crate::ContextOffersAsk) -> $crate::ContextOffers;
            sign_in_begin($crate::SignInBegin) -> $crate::SignInBegun;
            sign_in_finish($crate::SignInFinish) -> $crate::SignedIn;
            sign_in_cancel($crate::SignInCancel) -> $crate::ContextsView;
            sign_in_token($crate::SignInToken) -> $crate::SignedIn;
            tool_accounts($crate::ToolAccountsAsk) -> $crate::ToolAccounts;
            sign_in_import($crate::SignInImport) -> $crate::SignedIn;
            sign_out($crate::SignOut) -> $crate::ContextsView;

            template_list($crate::TemplateListAsk) -> $crate::TemplateList;
            template_form($crate::TemplateAsk) -> $crate::TemplateForm;
            template_preview($crate::TemplateAsk) -> $crate::TemplatePreview;
            place_check($crate::PlaceAsk) -> $crate::PlaceView;
            project_create($crate::ProjectCreate) -> $crate::ProjectView;

            template_recent($crate::RecentAsk) -> $crate::RecentTemplates;
            template_forget($crate::TemplateForget) -> $crate::RecentTemplates;
            template_open($crate::TemplateOpen) -> $crate::TemplateOpening;
            template_versions($crate::VersionsAsk) -> $crate::TemplateVersions;
            work_stop($crate::WorkStop) -> $crate::WorkStopped;
            template_file($crate::TemplateFileAsk) -> $crate::PreviewEntry;
            template_explain($crate::ExplainAsk) -> $crate::Explanation;
            template_compare($crate::TemplateCompare) -> $crate::TemplateComparison;
            template_hooks($crate::TemplateAsk) -> $crate::TemplateHooks;
            trust_list($crate::TrustAsk) -> $crate::TrustList;
            trust_withdraw($crate::TrustWithdraw) -> $crate::TrustList;
            answers_export($crate::AnswersExport) -> $crate::AnswersFile;
            answers_import($crate::AnswersImport) -> $crate::ImportedAnswers;
            place_meetings($crate::MeetingsAsk) -> $crate::PlaceMeetings;
            git_person($crate::GitPersonAsk) -> $crate::GitPerson;
            platform_needs($crate::TemplateAsk) -> $crate::PlatformNeeds;
            project_make($crate::ProjectMake) -> $crate::ProjectMaking;
            project_confirm($crate::ProjectConfirm) -> $crate::ProjectMaking;
            project_undo($crate::ProjectUndo) -> $crate::ProjectUndone;
            undo_list($crate::UndoAsk) -> $crate::UndoList;
            update_check($crate::UpdateCheckAsk) -> $crate::UpdateCheck;
            update_preview($crate::UpdateAsk) -> $crate::UpdatePreview;
            update_apply($crate::UpdateApply) -> $crate::UpdateDone;
            adopt_offer($crate::AdoptAsk) -> $crate::AdoptOffer;
            adopt_apply($crate::AdoptApply) -> $crate::Adopted;
            template_lint($crate::LintAsk) -> $crate::LintReport;

            project_open($crate::ProjectAsk) -> $crate::ProjectView;
            project_view($crate::ProjectAsk) -> $crate::ProjectView;
            project_forget($crate::ProjectAsk) -> $crate::HomeView;
            flow_check($crate::FlowCheck) -> $crate::FlowReport;
            sample_open($crate::SampleAsk) -> $crate::ProjectView;

            editor_open($crate::EditorFileAsk) -> $crate::EditorFile;
            editor_save($crate::EditorSave) -> $crate::EditorFile;
            editor_check($crate::EditorText) -> $crate::EditorFindings;
            editor_complete($crate::EditorPoint) -> $crate::EditorCompletions;
            editor_hover($crate::EditorPoint) -> $crate::EditorHover;
            editor_definition($crate::EditorPoint) -> $crate::EditorPlaces;
            editor_references($crate::EditorPoint) -> $crate::EditorPlaces;
            editor_renamable($crate::EditorPoint) -> $crate::Renamable;
            editor_rename($crate::EditorRename) -> $crate::EditorEdits;
            editor_outline($crate::EditorText) -> $crate::EditorOutline;
            editor_change($crate::EditorChange) -> $crate::EditorEdits;
            editor_apply($crate::EditorApply) -> $crate::EditorApplied;
            schema_list($crate::SchemaAsk) -> $crate::SchemaList;

            live_table($crate::ProjectAsk) -> $crate::LiveTable;
            live_plan($crate::LiveStart) -> $crate::LivePlan;
            live_start($crate::LiveStart) -> $crate::LiveStarted;
            live_stop($crate::LiveStop) -> $crate::LiveTable;
            live_stop_all($crate::ProjectAsk) -> $crate::LiveStopped;
            job_view($crate::JobAsk) -> $crate::JobView;
            job_extend($crate::JobExtend) -> $crate::JobView;
            forward_table($crate::ForwardAsk) -> $crate::ForwardTable;
            forward_open($crate::ForwardOpen) -> $crate::ForwardTable;
            forward_close($crate::ForwardClose) -> $crate::ForwardTable;
            terminal_type($crate::TerminalType) -> $crate::TerminalTold;
            terminal_resize($crate::TerminalResize) -> $crate::TerminalTold;
            volume_table($crate::ProjectAsk) -> $crate::VolumeTable;
            volume_act($crate::VolumeAct) -> $crate::VolumesDone;
            image_build($crate::ImageBuild) -> $crate::ImageBuilds;

            bake_table($crate::ProjectAsk) -> $crate::BakeTable;
            bake_plan($crate::BakeStart) -> $crate::BakePlan;
            bake_forecast($crate::BakeStart) -> $crate::BakeForecast;
            bake_start($crate::BakeStart) -> $crate::BakeView;
            bake_view($crate::BakeAsk) -> $crate::BakeView;
            bake_cancel($crate::BakeAsk) -> $crate::BakeView;
            task_cancel($crate::TaskAsk) -> $crate::BakeView;
            bake_compare($crate::BakeCompare) -> $crate::BakeComparison;
            bake_history($crate::BakeAsk) -> $crate::BakeHistory;
            bake_grid($crate::GridAsk) -> $crate::BakeGrid;
            bake_replay($crate::BakeAsk) -> $crate::BakeReplay;
            cache_clear($crate::CacheClear) -> $crate::CacheCleared;
            restart_plan($crate::BakeRestart) -> $crate::RestartPlan;
            bake_restart($crate::BakeRestart) -> $crate::BakeView;

            graph_drawing($crate::GraphAsk) -> $crate::Drawing;
            graph_repaint($crate::GraphRepaint) -> $crate::Drawing;
            graph_export($crate::GraphExport) -> $crate::ExportedFile;
        }
    };
}

/// Hands every stream, `name(Request) -> Item` sent many times, to the macro named by the caller.
#[macro_export]
macro_rules! for_each_stream {
    ($apply:ident) => {
        $apply! {
            log_follow($crate::LogAsk) -> $crate::LogChunk;
            terminal_open($crate::TerminalOpen) -> $crate::TerminalChunk;
        }
    };
}
