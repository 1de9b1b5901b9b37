# End-to-end tests: programs recorded for real. harness.py tells how to write one.
python_tests += %D%/test_manual.py %D%/test_report.py %D%/test_tables.py
python_tests += %D%/test_transparent.py %D%/test_ends.py %D%/test_record_usage.py
EXTRA_DIST += %D%/harness.py %D%/schema.py %D%/programs/probe.py
python_tests += %D%/test_seed.py %D%/test_killed.py %D%/test_forks.py %D%/test_real_programs.py \
	%D%/test_bad_input.py %D%/test_server.py
EXTRA_DIST += %D%/figures.py %D%/programs/publishes_counts.py %D%/programs/forks.py %D%/programs/interpreters.py \
	%D%/programs/asgi_app.py
python_tests += %D%/test_api.py %D%/test_hooks_calls.py %D%/test_hooks_coroutines.py \
	%D%/test_hooks_threads.py %D%/test_free_threads.py
EXTRA_DIST += %D%/hooks.py %D%/sites.py
python_tests += %D%/test_pack.py %D%/test_no_room.py %D%/test_processes.py %D%/test_threads.py \
	%D%/test_thread_origins.py \
	%D%/test_tasks.py %D%/test_task_libraries.py %D%/test_greenlets.py
python_tests += %D%/test_exclude.py %D%/test_mixed.py %D%/test_budget.py %D%/test_coarse.py %D%/test_sites.py %D%/test_sites_tools.py
python_tests += %D%/test_semantics_doc.py %D%/test_compensate.py
python_tests += %D%/test_inspect.py %D%/test_everyday.py %D%/test_completion.py %D%/test_report_threads.py

# Once for all Pythons: what the commands read does not depend on one.
rules_tests += %D%/test_hostile.py
EXTRA_PROGRAMS += %D%/peak
check_DATA += %D%/peak$(EXEEXT)
CLEANFILES += %D%/peak$(EXEEXT)
python_tests += %D%/test_start_stop.py %D%/test_other_tools.py %D%/test_unchanged.py
