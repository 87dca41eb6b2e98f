/*
 * grafana.h
 *		What Grafana is told, piece by piece, for publish_grafana.c.
 */
#ifndef LAB_GRAFANA_H
#define LAB_GRAFANA_H

#include "utils/jsonb.h"
#include "worker/http.h"

/* How a dashboard was left. */
typedef enum LabBoardState
{
	LAB_BOARD_UNTOLD,    /* Grafana was not asked, or said why not */
	LAB_BOARD_PUBLISHED, /* it is as wanted */
	LAB_BOARD_CHANGED,   /* somebody changed it: it stays so */
	LAB_BOARD_TAKEN,     /* the uid is somebody else's */
	LAB_BOARD_GONE,      /* it is removed, as wanted */
} LabBoardState;

typedef struct LabBoard
{
	const char *kind;
	const char *lab; /* NULL: of all labs */
	const char *uid;
	int version;      /* that we gave it last; -1: it was never ours */
	bool force;       /* replace what somebody changed */
	Jsonb *dashboard; /* NULL: it is to go */

	/* set by lab_grafana_tell() */
	LabBoardState state;
	int new_version;
	const char *words; /* about the state, or why Grafana refused */
	bool restored;     /* it was ours, and somebody had deleted it */
} LabBoard;

/* Makes the folder and the data source where they are missing; uid is of both. */
extern void lab_grafana_prepare(LabHttp *http, const char *uid);

/* One dashboard, in the folder.  Raises an error when Grafana as a whole does not do it. */
extern void lab_grafana_tell(LabHttp *http, const char *folder, LabBoard *board);

#endif /* LAB_GRAFANA_H */
