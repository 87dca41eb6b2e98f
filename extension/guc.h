/*
 * guc.h
 *		The settings labcreator.*
 */
#ifndef LAB_GUC_H
#define LAB_GUC_H

extern char *lab_database;
extern char *lab_host;
extern int lab_max_participants;
extern int lab_evaluators;
extern int lab_provisioners;
extern int lab_debounce;           /* milliseconds */
extern int lab_sweep_interval;     /* seconds */
extern int lab_check_timeout;      /* milliseconds */
extern int lab_evaluation_timeout; /* milliseconds */
extern int lab_result_limit;       /* rows */
extern int lab_linger;             /* milliseconds */
extern int lab_lingering;
extern int lab_evaluator_memory; /* MB */
extern int lab_session_memory;   /* MB */

extern int lab_probes;

extern void lab_guc_init(void);

/* guc_signals.c: when somebody needs help, and what participants may ask. */
extern int lab_signal_interval;  /* milliseconds */
extern int lab_student_requests; /* a minute; 0: as many as they like */
extern int lab_idle_after;       /* milliseconds */
extern int lab_signal_hold;      /* milliseconds */

extern void lab_guc_signals_init(void);

#endif /* LAB_GUC_H */
